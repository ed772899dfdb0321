//! A table for people: aligned by display width, cut to the columns there are.
//!
//! Every cell is foreign until `domain::text` has seen it, which is here. Only
//! columns that may shrink are cut, widest first, so that numbers, states and
//! times stay whole.

use crate::domain::text;

/// Blanks between columns.
const GAP: &str = "  ";

/// One column.
#[derive(Debug, Clone, Copy)]
struct Column {
    title: &'static str,
    right: bool,
    /// It may be cut down to this width; `None`: never.
    least: Option<usize>,
}

/// Rows under titles.
#[derive(Debug, Default)]
pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<String>>,
}

impl Table {
    /// A column of words.
    #[must_use]
    pub(super) fn left(self, title: &'static str) -> Self {
        self.column(title, false, None)
    }

    /// A column of numbers.
    #[must_use]
    pub(super) fn right(self, title: &'static str) -> Self {
        self.column(title, true, None)
    }

    /// A column of words that may be cut down to `least` columns.
    #[must_use]
    pub(super) fn cut(self, title: &'static str, least: usize) -> Self {
        self.column(title, false, Some(least))
    }

    fn column(mut self, title: &'static str, right: bool, least: Option<usize>) -> Self {
        self.columns.push(Column {
            title,
            right,
            least,
        });
        self
    }

    /// Adds a row, a cell for each column; an empty one is shown as `-`.
    pub(super) fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        let cells = cells.into_iter();
        let cells = cells.map(|cell| if cell.is_empty() { "-".into() } else { cell });
        self.rows.push(cells.collect());
    }

    /// The lines, the titles first.
    pub(super) fn lines(&self, columns: usize) -> Vec<String> {
        let widths = self.widths(columns);
        let titles = self.columns.iter().map(|column| column.title.to_owned());
        std::iter::once(titles.collect::<Vec<_>>())
            .chain(self.rows.iter().cloned())
            .map(|cells| {
                let cells = cells.iter().zip(&self.columns).zip(&widths);
                let cells = cells.map(|((cell, column), &width)| {
                    let cut = text::cell(cell, width);
                    let blank = " ".repeat(width.saturating_sub(text::width(&cut)));
                    if column.right {
                        blank + &cut
                    } else {
                        cut + &blank
                    }
                });
                cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
            })
            .collect()
    }

    fn widths(&self, columns: usize) -> Vec<usize> {
        let natural = |(index, column): (usize, &Column)| {
            let cells = self.rows.iter().filter_map(|row| row.get(index));
            cells
                .map(|cell| text::width(&text::safe(cell)))
                .max()
                .unwrap_or(0)
                .max(column.title.len())
        };
        let mut widths: Vec<usize> = self.columns.iter().enumerate().map(natural).collect();
        let gaps = GAP.len() * widths.len().saturating_sub(1);
        while widths.iter().sum::<usize>() + gaps > columns {
            let widest = widths
                .iter_mut()
                .zip(&self.columns)
                .filter(|(width, column)| column.least.is_some_and(|least| **width > least))
                .max_by_key(|(width, _)| **width);
            match widest {
                Some((width, _)) => *width -= 1,
                None => break,
            }
        }
        widths
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::default().right("ID").cut("NAME", 6).left("SINCE");
        table.row(["7".into(), "Ana Souza".into(), "2026".into()]);
        table.row(["12".into(), "田中さん".into(), String::new()]);
        table
    }

    #[test]
    fn columns_are_aligned_by_display_width() {
        assert_eq!(
            table().lines(80),
            [
                "ID  NAME       SINCE",
                " 7  Ana Souza  2026",
                "12  田中さん   -",
            ]
        );
    }

    #[test]
    fn only_what_may_be_cut_is_cut_and_not_below_its_least() {
        assert_eq!(
            table().lines(18),
            ["ID  NAME     SINCE", " 7  Ana So…  2026", "12  田中さ…  -"]
        );
        assert_eq!(table().lines(0)[1], " 7  Ana S…  2026");
    }

    #[test]
    fn control_characters_do_not_pass() {
        let mut table = Table::default().left("NAME");
        table.row(["a\u{1b}[2Jb\n".into()]);
        assert!(!table.lines(80)[1].contains(['\u{1b}', '\n']));
    }
}
