"""The page, read as HTML and in a browser."""

import base64
import dataclasses
import datetime
import html.parser
import io
import json
import re
import shutil
import subprocess

import numpy as np
import pytest
from PIL import Image

from keras_gan.analysis.detectors.advisor import advise, diagnose
from keras_gan.analysis.report.page import FRAMES, render_page
from keras_gan.analysis.verdict.judge import judge
from keras_gan.data.grids import save_grid

GENERATED = datetime.datetime(2026, 1, 9, 2, 53, 51)

BROWSER = next((path for path in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if path), None)

#: What drives the page as a user would, and leaves what there is to see in its title.
#: The browser writes the page out after its load event, which waits for every picture.
DRIVE = """<script>
const moved = document.getElementById("time"), before = document.getElementById("sample").src;
moved.value = 0;
moved.dispatchEvent(new Event("input"));
window.addEventListener("load", () => {
  document.title = JSON.stringify({
    changed: before !== document.getElementById("sample").src,
    when: document.getElementById("when").textContent,
    scrolls: document.documentElement.scrollWidth > window.innerWidth,
    loaded: [...document.images].every((image) => image.naturalWidth > 0),
    figures: document.querySelectorAll(".charts svg").length,
  });
});
</script>"""


def page(run, figures=None):
    findings = diagnose(run)
    svgs = {name: f"<svg><title>{name}</title></svg>" for name in figures or ("losses", "quality")}
    return render_page(run, judge(run, findings), advise(findings, run.config), svgs, GENERATED)


class Elements(html.parser.HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.open, self.found, self.text = [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in ("meta", "link", "img", "input", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if not {"style", "script"} & set(self.open):
            self.text.append(data)


@pytest.fixture
def pictured(changed, tmp_path):
    """A run with pictures in three colours, and something to advise on."""
    for epochs, level in ((100, -1.0), (200, 0.0), (300, 1.0)):
        save_grid(np.full((4, 8, 8, 3), level), tmp_path / f"epoch_{epochs:06d}.png")
    save_grid(np.random.default_rng(0).uniform(-1, 1, (4, 8, 8, 3)), tmp_path / "real.png")
    pictures = tuple((epochs, tmp_path / f"epoch_{epochs:06d}.png") for epochs in (100, 200, 300))
    penalty = {"gradient_penalty": np.full(300, 9.0)}
    return changed(penalty, pictures=pictures, real_picture=tmp_path / "real.png", notes="<b>first</b> & last")


def test_page_is_whole_html_that_needs_nothing_else(pictured):
    text = page(pictured)
    elements = Elements(text)
    assert elements.open == []
    for _, attributes in elements.found:
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith("data:")
    assert "url(" not in text


def test_strength_of_augmentation_is_in_the_head(pictured):
    history = {**pictured.history, "augmentation_strength": np.linspace(0, 0.432, pictured.epochs)}
    assert "augmentation strength 0.432;" in page(dataclasses.replace(pictured, history=history))
    assert "augmentation strength" not in page(pictured)


def test_verdict_comes_first_and_all_else_follows(pictured):
    code = page(pictured)
    headings = [code.index(f"<h2>{name}</h2>") for name in ("Indicators", "Advice", "Samples", "Curves", "Phases")]
    assert [code.index("UNSTABLE</strong>"), *headings] == sorted([code.index("UNSTABLE</strong>"), *headings])
    text = " ".join(" ".join(Elements(code).text).split())
    assert "Raise the penalty's λ (gradient_penalty 10 → 20): GradientPenalty(20)" in text
    assert "Change one parameter at a time" in text
    assert "Quality after 300 epochs" in text  # F41: as the pictures count.
    assert "fid_score 30" in text
    assert "Batch Size 64" in text
    assert "made 2026-01-09 02:53:51" in text


def test_users_words_are_no_html(pictured):
    text = page(pictured)
    assert "&lt;b&gt;first&lt;/b&gt; &amp; last" in text
    assert "<b>first" not in text


def test_only_web_addresses_become_links(changed):
    assert '<a href="https://w/1">' in page(changed(wandb_url="https://w/1"))
    assert "javascript:" not in page(changed(wandb_url="javascript:alert(1)"))


def test_run_without_anything_has_a_page(changed):
    run = changed({"d_loss_real": None, "d_loss_fake": None}, quality=None, config={})
    text = "".join(Elements(page(run)).text)
    assert "None of the known problems was found in this run. The quality of its samples was not measured" in text
    assert "Samples" not in text
    assert "Configuration" not in text


def test_green_is_for_good_samples_only(healthy_run, changed):
    assert '<div class="verdict good">' in page(healthy_run)
    assert '<div class="verdict warning">' in page(changed(quality=None))
    assert '<div class="verdict bad">' in page(changed({"d_loss": np.full(300, np.nan)}))


def test_many_pictures_are_evenly_chosen(changed, tmp_path):
    save_grid(np.zeros((1, 8, 8, 3)), tmp_path / "one.png")
    run = changed(pictures=tuple((epochs, tmp_path / "one.png") for epochs in range(1, 121)))
    frames = json.loads(re.search(r"const frames = (.*);", page(run))[1])
    assert len(frames) == FRAMES
    assert [frame["epochs"] for frame in frames] == list(range(3, 121, 3))


def test_damaged_picture_is_named(changed, tmp_path):
    (tmp_path / "epoch_000001.png").write_bytes(b"no picture")
    save_grid(np.zeros((1, 8, 8, 3)), tmp_path / "epoch_000002.png")
    run = changed(pictures=tuple((number, tmp_path / f"epoch_{number:06d}.png") for number in (1, 2)))
    with pytest.raises(ValueError, match="epoch_000001.png cannot be read as a picture"):
        page(run)


@pytest.mark.skipif(BROWSER is None, reason="no Chromium is installed")
@pytest.mark.parametrize("width", [1200, 400])
def test_page_works_in_a_browser(pictured, tmp_path, width):
    path = tmp_path / "report.html"
    path.write_text(page(pictured).replace("</body>", f"{DRIVE}</body>"), encoding="utf-8")
    options = [
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        f"--window-size={width},900",
        "--enable-logging=stderr",
    ]
    command = [BROWSER, *options, f"--user-data-dir={tmp_path / 'browser'}", "--dump-dom", path.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert "CONSOLE" not in done.stderr
    seen = json.loads(html.unescape(re.search("<title>(.*?)</title>", done.stdout)[1]))
    assert seen == {"changed": True, "when": "100", "scrolls": False, "loaded": True, "figures": 2}


def test_pictures_are_what_was_saved(pictured):

    source = re.search(r'id="sample" src="data:image/webp;base64,([^"]+)"', page(pictured))[1]
    with Image.open(io.BytesIO(base64.b64decode(source))) as picture:
        assert picture.size == (16, 16)
        assert np.asarray(picture).min() > 250
