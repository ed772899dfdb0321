//! Time from left to right: columns of one common axis, bars and dots on it.
//!
//! ```text
//!   3 Feb                          22 Nov
//!   ├━━━━━━━━━━━━━━━━━┤                      held, and ended
//!                  ├━━━━━━━━━━━━━━━━━━━━     held still
//!    ● ●●    ▲        ●                      messages, and a moment
//! ```
//!
//! Only arithmetic and glyphs; what lies on the axis is told by its callers.

use crate::domain::time::Timestamp;
use crate::tui::line::columns;

/// A stretch of time over so many columns.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Axis {
    from: Timestamp,
    to: Timestamp,
    cells: usize,
}

impl Axis {
    /// From the earliest to the latest of these moments; `None` where there is
    /// none, or no room.
    pub(crate) fn of(moments: impl IntoIterator<Item = Timestamp>, cells: usize) -> Option<Self> {
        let mut moments = moments.into_iter();
        let first = moments.next().filter(|_| cells > 0)?;
        let (from, to) = moments.fold((first, first), |(a, b), at| (a.min(at), b.max(at)));
        Some(Self { from, to, cells })
    }

    /// Where it begins.
    pub(crate) fn from(&self) -> Timestamp {
        self.from
    }

    /// Where it ends.
    pub(crate) fn to(&self) -> Timestamp {
        self.to
    }

    /// The column of a moment; one beyond the axis is put at its end.
    pub(crate) fn column(&self, at: Timestamp) -> usize {
        let last = self.cells - 1;
        let whole = i128::from(self.to.0) - i128::from(self.from.0);
        let part = i128::from(at.0.clamp(self.from.0, self.to.0)) - i128::from(self.from.0);
        // Rounded to the nearest: both ends of the axis get half a column.
        let wide = i128::from(columns(last));
        (2 * part * wide + whole)
            .checked_div(2 * whole)
            .map_or(0, |at| usize::try_from(at).unwrap_or(0).min(last))
    }

    /// A stretch as a bar: `├` where it begins, `┤` where it ended.
    pub(crate) fn bar(&self, since: Option<Timestamp>, until: Option<Timestamp>) -> String {
        let first = since.map_or(0, |at| self.column(at));
        let last = until.map_or(self.cells - 1, |at| self.column(at));
        let last = last.max(first);
        let mut row = vec![' '; self.cells];
        row[first..=last].fill('━');
        if since.is_some() {
            row[first] = '├';
        }
        if until.is_some() {
            // A moment's holding is a mark of its own.
            row[last] = if first == last { '┿' } else { '┤' };
        }
        row.into_iter().collect()
    }

    /// Moments as dots, a stretch between the first and the last as a line.
    pub(crate) fn dots(&self, moments: impl IntoIterator<Item = Timestamp>) -> String {
        let mut row = vec![' '; self.cells];
        let at: Vec<usize> = moments.into_iter().map(|at| self.column(at)).collect();
        if let (Some(&first), Some(&last)) = (at.iter().min(), at.iter().max()) {
            row[first..=last].fill('─');
        }
        for at in at {
            row[at] = '●';
        }
        row.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const T: fn(i64) -> Timestamp = Timestamp;

    #[test]
    fn bars_and_dots_lie_on_one_axis() {
        let axis = Axis::of([T(0), T(90), T(40)], 10).unwrap();
        assert_eq!((axis.from(), axis.to()), (T(0), T(90)));
        assert_eq!(axis.bar(Some(T(0)), Some(T(30))), "├━━┤      ");
        assert_eq!(axis.bar(Some(T(60)), None), "      ├━━━");
        assert_eq!(axis.bar(None, Some(T(90))), "━━━━━━━━━┤");
        assert_eq!(axis.bar(Some(T(50)), Some(T(51))), "     ┿    ");
        assert_eq!(axis.dots([T(10), T(40), T(41)]), " ●──●     ");
        assert_eq!(axis.dots([]), " ".repeat(10));
    }

    #[test]
    fn no_moment_is_off_the_axis() {
        assert!(Axis::of([], 10).is_none());
        assert!(Axis::of([T(1)], 0).is_none());
        let point = Axis::of([T(7)], 3).unwrap();
        assert_eq!(point.column(T(i64::MAX)), 0);
        let wide = Axis::of([T(i64::MIN), T(i64::MAX)], 5).unwrap();
        assert_eq!((wide.column(T(i64::MIN)), wide.column(T(i64::MAX))), (0, 4));
        assert_eq!(wide.bar(Some(T(9)), Some(T(3))).chars().count(), 5);
    }
}
