//! What the demo's clients are called and how their complaints are worded, language by language.
//!
//! Lists are in one text, parted by commas, the commonest first: whoever draws from them draws early ones often and
//! late ones rarely, as words and names go. In a sentence `{sum}`, `{date}`, `{month}`, `{place}`, `{thing}`,
//! `{name}`, `{plan}`, `{receipt}` and `{serial}` stand for what differs from ticket to ticket.

mod west;
mod world;

/// A language of the demo.
#[derive(Debug)]
pub struct Tongue {
    /// Its part of a hundred clients.
    pub share: usize,
    /// Given names.
    pub given: &'static str,
    /// Family names.
    pub family: &'static str,
    /// Whether the family name goes first, without a space.
    pub run_together: bool,
    /// A phone number in E.164, `#` for a digit: of a length that its country has, in a range that it has given to
    /// nobody, so that no demo ever rings a real phone.
    pub phone: &'static str,
    /// An amount, `#` for the number.
    pub sum: &'static str,
    /// January to December, as they stand behind a day.
    pub months: &'static str,
    /// First halves of names of places.
    pub place_starts: &'static str,
    /// Second halves.
    pub place_ends: &'static str,
    /// Things that come up in complaints.
    pub things: &'static str,
    /// Complaints, by issue type in the built-in order.
    pub complaints: [&'static [&'static str]; 4],
    /// What clients say besides.
    pub asides: &'static [&'static str],
    /// Notes of the staff.
    pub notes: &'static [&'static str],
}

/// All of them; the first is the one that the desk itself writes.
pub const TONGUES: [&Tongue; 11] = [
    &west::ENGLISH,
    &west::SPANISH,
    &west::PORTUGUESE,
    &west::FRENCH,
    &west::GERMAN,
    &west::POLISH,
    &world::TURKISH,
    &world::HINDI,
    &world::ARABIC,
    &world::CHINESE,
    &world::SWAHILI,
];
