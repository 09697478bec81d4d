"""Chromium without a window, for what only a browser can tell, and a web server for it. Enter at Browser() and served()."""

import contextlib
import functools
import http.server
import json
import shutil
import threading
import time

from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.chrome.service import Service

BOUND = 120  # seconds without what was expected: a hang
POLL = 0.05


class Handler(http.server.SimpleHTTPRequestHandler):
    """What python3 -m http.server is, without its words."""

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def served(folder):
    """The address of a web server that gives out the folder."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=folder)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()


class Browser:
    """One browser with one page."""

    def __init__(self, width=1360, height=900, dark=False):
        for program, package in (("chromium", "chromium"), ("chromedriver", "chromium-driver")):
            if not shutil.which(program):
                raise SystemExit(f"{program} is missing: install the Debian package {package}")
        options = webdriver.ChromeOptions()
        options.binary_location = shutil.which("chromium")
        # The pages are our own, and root has no sandbox.
        for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
                     f"--window-size={width},{height}"):  # fmt: skip
            options.add_argument(word)
        options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
        self.driver = webdriver.Chrome(service=Service(shutil.which("chromedriver")), options=options)
        self.driver.set_script_timeout(BOUND)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": False})  # fmt: skip

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.driver.quit()

    def open(self, address):
        """Returns when the viewer has drawn."""
        self.driver.get(address)
        self.until("return document.documentElement.dataset.ready === 'true' && app.drawTime !== undefined", "the page is not ready")

    def js(self, script, *arguments):
        return self.driver.execute_script(script, *arguments)

    def until(self, script, text):
        """Waits until the script answers something true, and answers that."""
        deadline = time.monotonic() + BOUND
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                answer = self.js(script)
                if answer:
                    return answer
            time.sleep(POLL)
        raise AssertionError(f"{text}; the browser says {self.log()}")

    def drawn(self):
        """Waits for the next frame, so that what was asked for is on the picture."""
        self.driver.execute_async_script("const done = arguments[0]; requestAnimationFrame(() => requestAnimationFrame(() => done()));")

    def log(self):
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self):
        """The addresses that the browser has asked for since it was asked last, in every frame and worker."""
        messages = (json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance"))
        return [message["params"]["request"]["url"] for message in messages if message["method"] == "Network.requestWillBeSent"]

    def click(self, x, y, element="picture"):
        """In the element's own coordinates."""
        target = self.driver.find_element("id", element)
        box = target.rect
        ActionChains(self.driver, duration=0).move_to_element_with_offset(
            target, x - box["width"] / 2, y - box["height"] / 2).click().perform()  # fmt: skip
        self.drawn()

    def keys(self, *keys):
        chain = ActionChains(self.driver, duration=0)
        for key in keys:
            chain.send_keys(getattr(Keys, key) if len(key) > 1 and key.isupper() else key)
        chain.perform()
        self.drawn()

    def choose(self, element, value):
        """What a person does with a control of the page."""
        self.js("const e = document.getElementById(arguments[0]); e.value = arguments[1];"
                "e.dispatchEvent(new Event(e.id === 'scale' ? 'change' : 'input', {bubbles: true}));", element, value)
        self.drawn()

    def text(self, element):
        return self.js("return document.getElementById(arguments[0]).innerText", element)

    def screenshot(self, path):
        self.drawn()
        self.driver.save_screenshot(str(path))
