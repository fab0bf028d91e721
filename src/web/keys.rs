//! The shortcuts of the keyboard: the one table that the sheet (`?`), the pages and the scripts read.
//!
//! A page names the key of a control by [`FIND`] and its like in `aria-keyshortcuts`; the sheet is on every page, and the
//! scripts ask it what a key does (`assets/js/keys.js`). A key that is not here does nothing.

/// A key is written as `aria-keyshortcuts` has it; several are apart by a space.
pub const FIND: &str = "/ Control+K";
/// Log a ticket.
pub const NEW: &str = "n";
/// The next row or ticket.
pub const NEXT: &str = "j";
/// The one before.
pub const PREVIOUS: &str = "k";
/// The row with the focus is a link, so the browser itself opens it.
pub const OPEN: &str = "Enter";
/// Tick a row.
pub const PICK: &str = "x";
/// Tick all rows from the one that was ticked last.
pub const RANGE: &str = "Shift+X";
/// The first filter of a list.
pub const FILTER: &str = "f";
/// Write a note.
pub const NOTE: &str = "c";
/// Another status, for a ticket or for what is ticked.
pub const STATUS: &str = "s";
/// Another priority.
pub const PRIORITY: &str = "p";
/// Another technician.
pub const ASSIGN: &str = "a";
/// The reference onto the clipboard.
pub const COPY: &str = "y";
/// Send the form that one is in.
pub const SAVE: &str = "Control+Enter";
/// Close what is open; untick.
pub const CLOSE: &str = "Escape";
/// The sheet.
pub const HELP: &str = "?";

/// A line of the sheet.
#[derive(Debug)]
pub struct Line {
    /// The message that says what the keys do.
    pub words: &'static str,
    /// What scripts call it, and its keys.
    pub does: &'static [(&'static str, &'static str)],
}

/// The sheet, in its order.
pub const SHEET: &[Line] = &[
    Line { words: "keys-find", does: &[("find", FIND)] },
    Line { words: "keys-new", does: &[("new", NEW)] },
    Line { words: "keys-move", does: &[("next", NEXT), ("previous", PREVIOUS)] },
    Line { words: "keys-open", does: &[("open", OPEN)] },
    Line { words: "keys-pick", does: &[("pick", PICK)] },
    Line { words: "keys-range", does: &[("range", RANGE)] },
    Line { words: "keys-filter", does: &[("filter", FILTER)] },
    Line { words: "keys-note", does: &[("note", NOTE)] },
    Line { words: "keys-status", does: &[("status", STATUS)] },
    Line { words: "keys-priority", does: &[("priority", PRIORITY)] },
    Line { words: "keys-assign", does: &[("assign", ASSIGN)] },
    Line { words: "keys-copy", does: &[("copy", COPY)] },
    Line { words: "keys-save", does: &[("save", SAVE)] },
    Line { words: "keys-close", does: &[("close", CLOSE)] },
    Line { words: "keys-title", does: &[("help", HELP)] },
];

/// The keys one after the other, each as what is printed on the caps that are pressed together.
pub fn caps(keys: &str) -> Vec<Vec<String>> {
    let cap = |part: &str| match part {
        "Control" => "Ctrl".to_owned(),
        "Shift" => "⇧".to_owned(),
        "Enter" => "↵".to_owned(),
        "Escape" => "Esc".to_owned(),
        letter => letter.to_uppercase(),
    };
    keys.split(' ').map(|key| key.split('+').map(cap).collect()).collect()
}

/// The first of the keys in one piece, as a hint beside what it leads to.
pub fn hint(keys: &str) -> String {
    caps(keys).swap_remove(0).join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_printed_as_on_their_caps() {
        assert_eq!(caps(FIND), [vec!["/"], vec!["Ctrl", "K"]]);
        assert_eq!(caps(RANGE), [["⇧", "X"]]);
        assert_eq!((hint(SAVE).as_str(), hint(NEW).as_str(), hint(HELP).as_str()), ("Ctrl ↵", "N", "?"));
    }

    #[test]
    fn no_key_and_no_name_comes_twice() {
        let does: Vec<_> = SHEET.iter().flat_map(|line| line.does).collect();
        let mut names: Vec<_> = does.iter().map(|(name, _)| *name).collect();
        let mut keys: Vec<_> = does.iter().flat_map(|(_, keys)| keys.split(' ')).collect();
        let count = (names.len(), keys.len());
        names.sort_unstable();
        names.dedup();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(count, (names.len(), keys.len()));
    }
}
