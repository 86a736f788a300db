"""Hooks of MkDocs: what the site has besides the pages in docs/."""

import pathlib
import re
import tempfile

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from package_tree import ROOT, link_package

#: Pages that are files in the root of the repository.
PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}

#: Kept until the process ends, which removes it.
_TREE = tempfile.TemporaryDirectory(prefix="keras_gan_site_")


@event_priority(100)
def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Show mkdocstrings the package in one tree, before it begins to look."""
    tree = pathlib.Path(_TREE.name)
    if not any(tree.iterdir()):
        link_package(tree)
    config.plugins["mkdocstrings"].config["handlers"]["python"]["paths"] = [str(tree)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages from the root of the repository."""
    for source, target in PAGES.items():
        text = (ROOT / source).read_text(encoding="utf-8")
        files.append(File.generated(config, target, content=_in_docs(text)))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Let links from docs/ to the root of the repository stay in the site, which has those pages in docs/."""
    for source, target in PAGES.items():
        markdown = re.sub(rf"\]\(((?:\.\./)*)\.\./{re.escape(source)}", rf"](\1{target}", markdown)
    return markdown


def _in_docs(text: str) -> str:
    """Return a page of the root with links as from docs/."""
    for source, target in PAGES.items():
        text = text.replace(f"]({source}", f"]({target}")
    return text.replace("](docs/", "](").replace('src="docs/', 'src="')
