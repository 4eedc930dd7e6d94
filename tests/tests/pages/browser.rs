//! A browser that is driven through a pipe, by Chromium's DevTools protocol: messages of JSON, each
//! with a 0 after it.
//!
//! By hand, because six commands are all that is asked of it; a crate for it would bring an
//! asynchronous runtime and a web socket along, and the whole protocol as generated code.

use std::fmt;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use base64::Engine as _;
use libtest_mimic::Failed;
use serde_json::{Value, json};

/// What it is called, where it is installed.
const PROGRAMS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// By day or by night.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    Light,
    Dark,
}

/// One page of a browser.
pub(crate) struct Browser {
    child: Child,
    to: Option<ChildStdin>,
    from: BufReader<ChildStdout>,
    session: Option<String>,
    asked: u64,
}

/// What a page looks like, from its head to its foot.
pub(crate) struct Screenshot {
    pub(crate) png: Vec<u8>,
    pixels: image::RgbImage,
}

/// What a machine without a browser lacks.
pub(crate) fn lacks() -> Option<String> {
    let missing = "no Chromium, which shows the pages (Debian: apt-get install chromium)";
    program().is_none().then(|| missing.to_owned())
}

fn program() -> Option<&'static str> {
    let answers = |name: &&str| {
        let said = Command::new(name).arg("--version").stderr(Stdio::null()).output();
        said.is_ok_and(|said| said.status.success())
    };
    PROGRAMS.into_iter().find(answers)
}

impl Browser {
    /// Starts it; its profile is a new one, in this folder.
    pub(crate) fn start(profile: &Path) -> Result<Self, Failed> {
        // It reads from file 3 and writes to file 4; a shell can put our pipes there.
        let mut command = Command::new("sh");
        command.args(["-c", r#"exec "$0" "$@" 3<&0 4>&1 1>&2 </dev/null"#]);
        command.arg(program().ok_or("no Chromium")?);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"]);
        command.arg(format!("--user-data-dir={}", profile.display()));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn()?;
        let to = child.stdin.take();
        let from = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        let mut browser = Self { child, to, from, session: None, asked: 0 };
        let page = browser.ask("Target.createTarget", json!({ "url": "about:blank" }))?;
        let page = json!({ "targetId": page["targetId"], "flatten": true });
        let session = browser.ask("Target.attachToTarget", page)?;
        browser.session = session["sessionId"].as_str().map(String::from);
        browser.ask("Page.enable", json!({}))?;
        Ok(browser)
    }

    /// Opens a file as a screen of this width shows it.
    pub(crate) fn open(&mut self, page: &Path, width: u32, mode: Mode) -> Result<(), Failed> {
        self.size(width, 800)?;
        let scheme = json!({ "name": "prefers-color-scheme", "value": mode.to_string() });
        self.ask("Emulation.setEmulatedMedia", json!({ "features": [scheme] }))?;
        let went =
            self.ask("Page.navigate", json!({ "url": format!("file://{}", page.display()) }))?;
        if let Some(error) = went["errorText"].as_str() {
            return Err(format!("{}: {error}", page.display()).into());
        }
        while self.hear()?["method"] != "Page.loadEventFired" {}
        Ok(())
    }

    /// What an expression comes to on the page.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Result<Value, Failed> {
        let words = json!({ "expression": expression, "returnByValue": true });
        let said = self.ask("Runtime.evaluate", words)?;
        match said.get("exceptionDetails") {
            Some(fault) => Err(fault.to_string().into()),
            None => Ok(said["result"]["value"].clone()),
        }
    }

    /// The whole page, however long.
    pub(crate) fn screenshot(&mut self, width: u32) -> Result<Screenshot, Failed> {
        let height = self.evaluate("document.documentElement.scrollHeight")?;
        let height = height.as_u64().ok_or("a page without a height")?;
        let clip = json!({ "x": 0, "y": 0, "width": width, "height": height, "scale": 1 });
        let words = json!({ "format": "png", "captureBeyondViewport": true, "clip": clip });
        let said = self.ask("Page.captureScreenshot", words)?;
        let text = said["data"].as_str().ok_or("no screenshot")?;
        let png = base64::engine::general_purpose::STANDARD.decode(text)?;
        let pixels = image::load_from_memory(&png)?.into_rgb8();
        Ok(Screenshot { png, pixels })
    }

    fn size(&mut self, width: u32, height: u32) -> Result<(), Failed> {
        let words = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
        });
        self.ask("Emulation.setDeviceMetricsOverride", words)?;
        Ok(())
    }

    /// Asks for something and waits for the answer.
    fn ask(&mut self, method: &str, parameters: Value) -> Result<Value, Failed> {
        self.asked += 1;
        let mut message = json!({ "id": self.asked, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        let to = self.to.as_mut().ok_or("the browser is closed")?;
        to.write_all(format!("{message}\0").as_bytes())?;
        to.flush()?;
        loop {
            let mut said = self.hear()?;
            if said["id"] == self.asked {
                return match said.get("error") {
                    Some(error) => Err(format!("{method}: {error}").into()),
                    None => Ok(said["result"].take()),
                };
            }
        }
    }

    fn hear(&mut self) -> Result<Value, Failed> {
        let mut message = Vec::new();
        self.from.read_until(0, &mut message)?;
        let text = message.strip_suffix(&[0]).ok_or("the browser has ended")?;
        Ok(serde_json::from_slice(text)?)
    }
}

impl Drop for Browser {
    /// It ends when nobody is at the other end of its pipe.
    fn drop(&mut self) {
        self.to = None;
        let _ = self.child.wait();
    }
}

impl Screenshot {
    /// The color of a place.
    pub(crate) fn at(&self, x: u32, y: u32) -> [u8; 3] {
        let (width, height) = self.pixels.dimensions();
        self.pixels.get_pixel(x.min(width - 1), y.min(height - 1)).0
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Light => "light",
            Mode::Dark => "dark",
        })
    }
}
