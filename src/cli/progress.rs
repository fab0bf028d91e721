//! Says on standard error how far something has come: a bar on a terminal, else a line every few seconds.

use std::fmt::Write;

use indicatif::{HumanCount, HumanDuration, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::say;
use crate::clock::Clock;

/// Milliseconds between two lines.
const LINES: i64 = 5_000;

/// How far it has come.
#[derive(Debug)]
pub struct Progress {
    /// What is counted.
    noun: &'static str,
    bar: ProgressBar,
    clock: Clock,
    began: i64,
    said: i64,
}

impl Progress {
    /// Begins to count to `count` of what `noun` names.
    pub fn new(noun: &'static str, count: u64, clock: Clock) -> Self {
        // Not a terminal: nothing is drawn, and lines are said instead.
        let bar = ProgressBar::with_draw_target(Some(count), ProgressDrawTarget::stderr_with_hz(4));
        let style = format!("{{bar:30}} {{human_pos}} of {{human_len}} {noun}, {{rate}}, {{eta}} left");
        if let Ok(style) = ProgressStyle::with_template(&style) {
            bar.set_style(style.with_key("rate", whole_rate));
        }
        let now = clock.now();
        Self { noun, bar, clock, began: now, said: now }
    }

    /// So many more are stored.
    pub fn add(&mut self, more: u64) {
        self.bar.inc(more);
        let now = self.clock.now();
        if self.bar.is_hidden() && now - self.said >= LINES {
            self.said = now;
            let rate = self.rate(now);
            let left = self.bar.length().unwrap_or(0).saturating_sub(self.bar.position()) / rate.max(1);
            let left = HumanDuration(std::time::Duration::from_secs(left));
            let (done, of) = (HumanCount(self.bar.position()), HumanCount(self.bar.length().unwrap_or(0)));
            say(&format!("{done} of {of} {}, {rate}/s, {left} left", self.noun));
        }
    }

    /// Takes the bar away and says what was done, unless that took no time.
    pub fn finish(self) {
        self.bar.finish_and_clear();
        let now = self.clock.now();
        if now - self.began >= LINES {
            let (done, rate) = (HumanCount(self.bar.position()), self.rate(now));
            let took = (now - self.began) / 1000;
            say(&format!("{done} {} in {took} s, {rate}/s", self.noun));
        }
    }

    /// How many a second since the beginning.
    fn rate(&self, now: i64) -> u64 {
        let millis = u64::try_from(now - self.began).unwrap_or(0).max(1);
        self.bar.position() * 1000 / millis
    }
}

/// Nobody reads the fractions that the library shows.
fn whole_rate(state: &ProgressState, out: &mut dyn Write) {
    // Writing to a text in memory does not fail.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}
