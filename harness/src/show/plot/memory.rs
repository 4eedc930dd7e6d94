//! Memory over the course of a step: a bar for each moment, a piece for each kind of memory, and
//! a line where the chip's memory ends.

use maud::{Markup, html};

use super::axis::{Axis, Scale};
use super::palette::SERIES;
use super::picture::{Drawing, Picture, WIDE, at, nothing, text_width};
use crate::base::label;

const BAR: f64 = 16.0;
const LINE: f64 = 22.0;
/// Room for a name above its bar, where there is none beside it.
const ABOVE: f64 = 16.0;
/// Room for the total to the right of a bar.
const TOTAL: f64 = 76.0;
/// Columns for a name.
const NAME: usize = 24;

/// What memory holds from moment to moment.
#[derive(Debug, Clone)]
pub struct MemoryCourse {
    /// The kinds of memory: parameters, activations, … Those of which there is none at any moment
    /// are not in the legend.
    pub kinds: Vec<String>,
    /// The moments, in order.
    pub moments: Vec<Moment>,
    /// A chip's name and how many bytes of memory it has.
    pub limit: Option<(String, u64)>,
}

/// One moment of a step.
#[derive(Debug, Clone)]
pub struct Moment {
    /// What happens: `forward C1`, …
    pub name: String,
    /// How many bytes of each kind are in use.
    pub bytes: Vec<u64>,
}

impl Moment {
    fn total(&self) -> u64 {
        self.bytes.iter().fold(0, |sum, &bytes| sum.saturating_add(bytes))
    }
}

impl MemoryCourse {
    /// The most that is in use at any moment.
    pub fn peak(&self) -> u64 {
        self.moments.iter().map(Moment::total).max().unwrap_or(0)
    }

    /// Draws it.
    pub fn picture(&self) -> Picture {
        let limit = self.limit.as_ref().map(|(_, bytes)| *bytes);
        let ends = [0, self.peak(), limit.unwrap_or(0)].map(|bytes| bytes as f64);
        let Some(axis) =
            Axis::around(Scale::Linear, ends.into_iter()).filter(|_| !self.moments.is_empty())
        else {
            return nothing("No moments to draw.");
        };
        let description = format!(
            "Memory over {} moments of a step; at most {} bytes.",
            self.moments.len(),
            label::count(self.peak()),
        );
        Picture::new(description, |width| self.drawing(&axis, width))
    }

    fn drawing(&self, axis: &Axis, width: f64) -> Drawing {
        let limit = self.limit.as_ref().map(|(_, bytes)| *bytes);
        let names = self.moments.iter().map(|moment| text_width(&label::name(&moment.name, NAME)));
        let above = if width < WIDE { ABOVE } else { 0.0 };
        let left = if above > 0.0 { 8.0 } else { 16.0 + names.fold(0.0, f64::max) };
        let (legend, lines) = self.legend(width);
        let top = 30.0 + 20.0 * lines as f64;
        let foot = top + (above + LINE) * self.moments.len() as f64;
        let frame = Frame { axis, left, right: width - TOTAL, top, above };
        let ticks = axis.ticks_along(frame.right - left);
        Drawing {
            width,
            height: foot + 44.0,
            body: html! {
                (legend)
                @for (bytes, text) in &ticks {
                    path class="rule" d=(format!("M{} {}V{}", frame.x(*bytes), top, foot)) {}
                    text class="quiet middle" x=(frame.x(*bytes)) y=(foot + 16.0) { (text) }
                }
                text class="quiet middle" x=(at((left + frame.right) / 2.0)) y=(foot + 36.0) { "bytes" }
                @for (i, moment) in self.moments.iter().enumerate() {
                    (frame.bar(i, moment, &self.kinds, limit))
                }
                @if let Some((chip, bytes)) = &self.limit {
                    @let x = frame.x(*bytes as f64);
                    @let text = format!("{}: {}", label::name(chip, NAME), label::count(*bytes));
                    @let end = if x + text_width(&text) > width { "end" } else { "start" };
                    path class="limit" d=(format!("M{x} {}V{foot}", top - 6.0)) {}
                    text class="strong" x=(x) y=(top - 10.0) text-anchor=(end) { (text) }
                }
            },
        }
    }

    fn legend(&self, room: f64) -> (Markup, usize) {
        let (mut x, mut line) = (8.0, 0);
        let mut entries = Vec::new();
        let there = |kind: usize| {
            self.moments.iter().any(|moment| moment.bytes.get(kind).is_some_and(|&bytes| bytes > 0))
        };
        for (kind, name) in self.kinds.iter().enumerate().filter(|(kind, _)| there(*kind)) {
            let name = label::name(name, NAME);
            let width = 18.0 + text_width(&name) + 18.0;
            if x > 8.0 && x + width > room {
                (x, line) = (8.0, line + 1);
            }
            entries.push((x, 16.0 + 20.0 * line as f64, hue(kind), name));
            x += width;
        }
        let legend = html! {
            @for (x, y, hue, name) in &entries {
                rect x=(at(*x)) y=(y - 10.0) width="12" height="12" rx="2" style=(hue) {}
                text x=(at(x + 18.0)) y=(y) { (name) }
            }
        };
        (legend, line + 1)
    }
}

/// Where the bars lie.
struct Frame<'a> {
    axis: &'a Axis,
    left: f64,
    right: f64,
    top: f64,
    /// Height of a name above its bar; 0 if it stands beside it.
    above: f64,
}

impl Frame<'_> {
    fn x(&self, bytes: f64) -> f64 {
        at(self.left + self.axis.place(bytes) * (self.right - self.left))
    }

    fn bar(&self, i: usize, moment: &Moment, kinds: &[String], limit: Option<u64>) -> Markup {
        let y = self.top + (self.above + LINE) * i as f64 + self.above + (LINE - BAR) / 2.0;
        let total = moment.total();
        let mut end = 0_u64;
        let pieces = moment.bytes.iter().enumerate().map(|(kind, &bytes)| {
            let from = self.x(end as f64);
            end = end.saturating_add(bytes);
            (kind, bytes, from, self.x(end as f64))
        });
        let pieces: Vec<_> = pieces.filter(|(_, bytes, ..)| *bytes > 0).collect();
        let over = limit.is_some_and(|limit| total > limit);
        let text = label::count(total);
        let name = label::name(&moment.name, NAME);
        // Not across the line of the limit, but behind it.
        let (beside, line) = (self.x(total as f64), limit.map(|limit| self.x(limit as f64)));
        let beside = line
            .filter(|line| (beside..beside + 10.0 + text_width(&text)).contains(line))
            .unwrap_or(beside);
        html! {
            @if self.above > 0.0 {
                text x=(at(self.left)) y=(y - 5.0) { (name) }
            } @else {
                text class="end" x=(at(self.left - 8.0)) y=(y + 12.0) { (name) }
            }
            @for (kind, bytes, from, to) in pieces {
                rect x=(from) y=(y) width=(at(to - from)) height=(BAR) style=(hue(kind)) {
                    title {
                        (label::name(kinds.get(kind).map_or("", |name| name), NAME)) ": "
                        (label::count(bytes)) " bytes"
                    }
                }
            }
            text class=[over.then_some("strong")] x=(at(beside + 6.0)) y=(y + 12.0) {
                (text) @if over { " ✗" }
            }
        }
    }
}

fn hue(kind: usize) -> String {
    format!("fill:var(--s{})", kind % SERIES.len())
}

#[cfg(test)]
mod tests {
    use super::super::picture::tests::texts;
    use super::*;

    fn course(moments: &[(&str, &[u64])], limit: Option<u64>) -> MemoryCourse {
        let moments =
            moments.iter().map(|&(name, bytes)| Moment { name: name.into(), bytes: bytes.into() });
        MemoryCourse {
            kinds: vec!["parameters".into(), "activations <all>".into()],
            moments: moments.collect(),
            limit: limit.map(|bytes| ("micro:bit".into(), bytes)),
        }
    }

    #[test]
    fn bars_have_names_totals_and_a_limit() {
        let course = course(
            &[("forward C1", &[10_984, 544]), ("gradient O4", &[10_984, 9_000])],
            Some(16_384),
        );
        assert_eq!(course.peak(), 19_984);
        let texts = texts(&course.picture());
        for text in ["forward C1", "11,528", "19,984 ✗", "activations <all>", "micro:bit: 16,384"]
        {
            assert!(texts.iter().any(|t| t == text), "{text}: {texts:?}");
        }
    }

    #[test]
    fn a_total_does_not_lie_across_the_limit() {
        let course = course(&[("forward", &[9_800]), ("back", &[2_000])], Some(10_000));
        let svg = course.picture().to_svg();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let line = document.descendants().find(|node| node.attribute("class") == Some("limit"));
        let line = line.and_then(|node| node.attribute("d")).unwrap();
        let line: f64 = line[1..].split(' ').next().unwrap().parse().unwrap();
        for (total, behind) in [("9,800", true), ("2,000", false)] {
            let text = document.descendants().find(|node| {
                node.is_element() && node.text() == Some(total) && node.attribute("class").is_none()
            });
            let x: f64 = text.unwrap().attribute("x").unwrap().parse().unwrap();
            assert!(
                if behind { x > line } else { x + text_width(total) < line },
                "{total}: {x} {line}"
            );
        }
    }

    #[test]
    fn a_kind_of_which_there_is_none_is_not_in_the_legend() {
        let texts = texts(&course(&[("forward", &[9_800, 0])], None).picture());
        assert!(texts.iter().any(|text| text == "parameters"));
        assert!(!texts.iter().any(|text| text == "activations <all>"), "{texts:?}");
    }

    #[test]
    fn odd_courses_are_drawn() {
        assert!(texts(&course(&[], None).picture()).concat().ends_with("No moments to draw."));
        texts(&course(&[("nothing", &[]), ("zero", &[0, 0, 0])], None).picture());
        let long = "a very long name for a moment of a step".repeat(3);
        texts(
            &course(&[(&long, &[1, 2, 3, 4, 5, 6, 7, 8]), ("huge", &[u64::MAX, 5])], Some(3))
                .picture(),
        );
    }
}
