//! A drawing with a size and a description.

use maud::{Markup, PreEscaped, Render, html};

use crate::label;

/// What every picture's classes and colors mean; a page holds it once for all of its pictures.
pub const STYLE: &str = include_str!("picture.css");

/// A column of 12 px text is about this wide, whatever sans-serif face it is set in.
const COLUMN: f64 = 6.9;

/// A drawing. Shown by [`Render`] within a page that has [`STYLE`]; [`Picture::to_svg`] makes a
/// file of it.
#[derive(Debug, Clone)]
pub struct Picture {
    pub(super) width: f64,
    pub(super) height: f64,
    pub(super) description: String,
    pub(super) body: Markup,
}

impl Picture {
    /// The picture as an SVG file, which needs nothing besides itself.
    pub fn to_svg(&self) -> String {
        let paper = html! {
            style { (PreEscaped(STYLE)) }
            rect width="100%" height="100%" style="fill:var(--paper)" {}
        };
        self.svg(Some("http://www.w3.org/2000/svg"), paper).into_string()
    }

    /// In words, for those who do not see it.
    pub fn description(&self) -> &str {
        &self.description
    }

    fn svg(&self, namespace: Option<&str>, before: Markup) -> Markup {
        let (width, height) = (self.width.ceil(), self.height.ceil());
        let view = format!("0 0 {width} {height}");
        html! {
            svg xmlns=[namespace] class="picture" role="img" viewBox=(view)
                width=(width) height=(height) aria-label=(label::name(&self.description, 300)) {
                (before)
                (self.body)
            }
        }
    }
}

impl Render for Picture {
    fn render(&self) -> Markup {
        // A page knows its pictures' namespace without being told.
        self.svg(None, html! {})
    }
}

/// A coordinate to a tenth of a pixel, which is as fine as anybody sees.
pub(super) fn at(x: f64) -> f64 {
    (10.0 * x).round() / 10.0
}

/// About how many pixels a line of text takes.
pub(super) fn text_width(text: &str) -> f64 {
    COLUMN * label::width(text) as f64
}

/// A picture that says why there is nothing to see.
pub(super) fn nothing(why: &str) -> Picture {
    Picture {
        width: 320.0,
        height: 48.0,
        description: why.to_owned(),
        body: html! { text class="quiet" x="8" y="28" { (why) } },
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The SVG file of a picture as all the text that its elements hold; panics unless it is XML
    /// with finite numbers only, and within its frame.
    pub(in crate::plot) fn texts(picture: &Picture) -> Vec<String> {
        let svg = picture.to_svg();
        let document = roxmltree::Document::parse(&svg).expect("an SVG file is XML");
        let mut texts = Vec::new();
        for node in document.descendants() {
            for attribute in node.attributes() {
                let value = attribute.value();
                let coordinates = matches!(attribute.name(), "d" | "x" | "y" | "viewBox" | "width");
                assert!(
                    !(coordinates && (value.contains("NaN") || value.contains("inf"))),
                    "{value}"
                );
                if let (true, "x" | "y", Ok(place)) =
                    (node.tag_name().name() == "text", attribute.name(), value.parse::<f64>())
                {
                    let room = if attribute.name() == "x" { picture.width } else { picture.height };
                    assert!((-0.1..=room + 0.1).contains(&place), "{value} outside {room}: {svg}");
                }
            }
            if node.is_text() {
                texts.push(node.text().unwrap_or_default().to_owned());
            }
        }
        texts
    }

    #[test]
    fn descriptions_are_escaped() {
        let picture = nothing("a < b & \"c\" \u{1}");
        let svg = Picture { body: html! {}, ..picture }.to_svg();
        assert!(svg.contains("a &lt; b &amp; &quot;c&quot; \u{FFFD}"), "{svg}");
    }
}
