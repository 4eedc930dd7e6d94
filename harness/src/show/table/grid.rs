//! Rows under headed columns, each as wide as its widest cell.
//!
//! [`Display`](fmt::Display) writes plain text. [`Table::print`] writes to stdout and sets heads
//! in bold and what is quiet in grey, if stdout is a terminal that shows such things.

use std::fmt::{self, Write as _};
use std::io;

use maud::{Markup, Render, html};

use crate::base::{label, terminal};

/// No cell is wider than this; what is longer is cut.
const WIDEST: usize = 60;
/// Between two columns.
const GAP: &str = "  ";

/// To which side of its column a cell leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Names.
    Left,
    /// Figures.
    Right,
}

/// What stands in one place of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    text: String,
    tone: Tone,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Plain,
    Strong,
    Quiet,
}

/// Headed columns and the rows under them.
#[derive(Debug, Clone)]
pub struct Table {
    columns: Vec<(Cell, Align)>,
    rows: Vec<Vec<Cell>>,
}

impl Cell {
    fn new(text: impl AsRef<str>, tone: Tone) -> Self {
        Self { text: label::name(text.as_ref(), WIDEST), tone }
    }

    /// A cell that stands out.
    pub fn strong(text: impl AsRef<str>) -> Self {
        Self::new(text, Tone::Strong)
    }

    /// A cell that stands back.
    pub fn quiet(text: impl AsRef<str>) -> Self {
        Self::new(text, Tone::Quiet)
    }

    fn write(&self, f: &mut String, width: usize, align: Align, styled: bool) {
        let room = " ".repeat(width.saturating_sub(label::width(&self.text)));
        let (on, off) = match self.tone {
            Tone::Strong if styled => ("\x1b[1m", "\x1b[0m"),
            Tone::Quiet if styled => ("\x1b[2m", "\x1b[0m"),
            _ => ("", ""),
        };
        let (before, behind) = match align {
            Align::Left => ("", &*room),
            Align::Right => (&*room, ""),
        };
        for part in [before, on, &self.text, off, behind] {
            f.push_str(part);
        }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl Table {
    /// A table with these columns and no row yet.
    pub fn new<S: AsRef<str>>(columns: impl IntoIterator<Item = (S, Align)>) -> Self {
        let head = |(text, align)| (Cell::strong(text), align);
        Self { columns: columns.into_iter().map(head).collect(), rows: Vec::new() }
    }

    /// One more row. Cells that it lacks stay empty; those beyond the last column are dropped.
    pub fn row<C: Into<Cell>>(&mut self, cells: impl IntoIterator<Item = C>) -> &mut Self {
        self.rows.push(cells.into_iter().map(Into::into).take(self.columns.len()).collect());
        self
    }

    /// Writes the table to stdout, styled if a person is looking.
    pub fn print(&self) -> io::Result<()> {
        terminal::styled(|styled| self.lines(styled))
    }

    fn lines(&self, styled: bool) -> String {
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|column| {
                let cells = self.rows.iter().filter_map(|row| row.get(column));
                let texts = cells.chain([&self.columns[column].0]).map(|cell| &cell.text);
                texts.map(|text| label::width(text)).max().unwrap_or(0)
            })
            .collect();
        let mut result = String::new();
        let heads: Vec<Cell> = self.columns.iter().map(|(head, _)| head.clone()).collect();
        let rules = widths.iter().map(|&width| Cell::quiet("─".repeat(width))).collect();
        for row in [heads, rules].iter().chain(&self.rows) {
            let mut line = String::new();
            for ((column, cell), &width) in row.iter().enumerate().zip(&widths) {
                if column > 0 {
                    line.push_str(GAP);
                }
                cell.write(&mut line, width, self.columns[column].1, styled);
            }
            let _ = writeln!(result, "{}", line.trim_end());
        }
        result
    }
}

/// The same, on a page.
impl Render for Table {
    fn render(&self) -> Markup {
        let class = |align| (align == Align::Right).then_some("number");
        html! {
            div.scroll tabindex="0" { table.figured {
                thead { tr {
                    @for (head, align) in &self.columns {
                        th.(class(*align).unwrap_or("name")) scope="col" { (head.text) }
                    }
                } }
                tbody { @for row in &self.rows {
                    tr class=[row.iter().any(|cell| cell.tone == Tone::Strong).then_some("total")] {
                        @for (cell, (_, align)) in row.iter().zip(&self.columns) {
                            td.(class(*align).unwrap_or("name")).soft[cell.tone == Tone::Quiet] {
                                (cell.text)
                            }
                        }
                    }
                } }
            } }
        }
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lines(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new([("board", Align::Left), ("RAM", Align::Right)]);
        table.row(["micro:bit", "16,384"]).row(["卡片", "9"]).row([Cell::quiet("none")]);
        table
    }

    #[test]
    fn columns_line_up() {
        let lines = "\
board         RAM
─────────  ──────
micro:bit  16,384
卡片            9
none
";
        assert_eq!(table().to_string(), lines);
    }

    #[test]
    fn style_is_only_for_terminals() {
        assert!(!table().to_string().contains('\x1b'));
        assert!(table().lines(true).contains("\x1b[1mboard\x1b[0m"));
    }

    #[test]
    fn nothing_from_outside_reaches_the_terminal() {
        let mut table = Table::new([("name", Align::Left)]);
        table.row(["\x1b[2J"]).row(["x".repeat(500)]);
        let text = table.to_string();
        assert!(!text.contains('\x1b'));
        assert!(text.lines().all(|line| label::width(line) <= WIDEST));
    }

    #[test]
    fn on_a_page_it_is_escaped() {
        let mut table = table();
        table.row([Cell::strong("<b>")]);
        let html = table.render().into_string();
        assert!(html.contains("micro:bit") && html.contains("&lt;b&gt;") && !html.contains("<b>"));
        assert!(html.contains(r#"<tr class="total">"#), "{html}");
    }

    #[test]
    fn a_table_of_nothing_is_a_table() {
        let none: [(&str, Align); 0] = [];
        assert_eq!(Table::new(none).to_string().trim(), "");
    }
}
