//! The clipboard of whoever sits at the terminal, also over SSH: OSC 52, which
//! asks the terminal itself.
//!
//! Multiplexers stand in between. tmux takes the request itself where its
//! `set-clipboard` is `on`, or hands a wrapped one on where `allow-passthrough`
//! is; it gets both, since either may be off. GNU screen hands on what is
//! wrapped, in short pieces. No terminal answers whether it obeyed, so the
//! operator is told how it was asked. Programs of the desktop are not called:
//! over SSH they would fill the clipboard of the wrong machine.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// What stands between the program and the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Way {
    /// Nothing.
    #[default]
    Direct,
    /// tmux.
    Tmux,
    /// GNU screen.
    Screen,
}

/// Bytes of base64 that terminals take at least (xterm's limit, the lowest of
/// those in use).
pub(crate) const MOST: usize = 74_994;

/// Bytes that GNU screen takes in one string (its manual: 768 with the ends).
const PIECE: usize = 700;

impl Way {
    /// As the environment says.
    pub(crate) fn of_environment() -> Self {
        let term = std::env::var("TERM").unwrap_or_default();
        if std::env::var_os("TMUX").is_some_and(|value| !value.is_empty()) {
            Way::Tmux
        } else if term.starts_with("screen") {
            Way::Screen
        } else {
            Way::Direct
        }
    }

    /// How it is asked, for the toast.
    pub(crate) fn says(self) -> &'static str {
        match self {
            Way::Direct => "by OSC 52",
            Way::Tmux => "by OSC 52 through tmux (set-clipboard on)",
            Way::Screen => "by OSC 52 through screen",
        }
    }

    /// What is written to the terminal; `None` if the text is too long for it.
    pub(crate) fn sequence(self, text: &str) -> Option<String> {
        let encoded = STANDARD.encode(text);
        if encoded.len() > MOST {
            return None;
        }
        let plain = format!("\x1b]52;c;{encoded}\x1b\\");
        Some(match self {
            Way::Direct => plain,
            Way::Tmux => {
                let inner = plain.replace('\x1b', "\x1b\x1b");
                format!("{plain}\x1bPtmux;{inner}\x1b\\")
            }
            Way::Screen => {
                // Ended by BEL: an ESC \ within would end the wrapping.
                let whole = format!("\x1b]52;c;{encoded}\x07");
                let mut out = String::new();
                let mut rest = whole.as_str();
                while !rest.is_empty() {
                    // All of it is ASCII.
                    let (piece, more) = rest.split_at(rest.len().min(PIECE));
                    out.push_str("\x1bP");
                    out.push_str(piece);
                    out.push_str("\x1b\\");
                    rest = more;
                }
                out
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_way_has_its_wrapping() {
        let plain = "\x1b]52;c;SsOjbw==\x1b\\";
        assert_eq!(Way::Direct.sequence("Jão").unwrap(), plain);
        let tmux = Way::Tmux.sequence("Jão").unwrap();
        let wrapped = "\x1bPtmux;\x1b\x1b]52;c;SsOjbw==\x1b\x1b\\\x1b\\";
        assert_eq!(tmux, format!("{plain}{wrapped}"));
        let screen = Way::Screen.sequence("Jão").unwrap();
        assert_eq!(screen, "\x1bP\x1b]52;c;SsOjbw==\x07\x1b\\");
    }

    #[test]
    fn screen_gets_pieces_and_nobody_gets_too_much() {
        let long = Way::Screen.sequence(&"x".repeat(3_000)).unwrap();
        assert!(long.split("\x1b\\").all(|piece| piece.len() <= PIECE + 2));
        assert_eq!(long.matches("\x1bP").count(), 6);
        assert!(Way::Direct.sequence(&"x".repeat(60_000)).is_none());
    }
}
