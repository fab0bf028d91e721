//! What every use case of tickets needs to know of its surroundings.

use std::sync::Arc;

use jiff::{Timestamp, civil::Date, tz::TimeZone};
use vault::Vault;

use super::{Holds, IssueTypes};
use crate::{
    clock::Clock,
    notifications::Outbox,
    phone::{Phone, Region},
    words::{Language, Times},
};

/// The desk: settings and tools of the ticket use cases. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Desk {
    /// Seals and opens what is personal.
    pub vault: Vault,
    /// Time and randomness.
    pub clock: Clock,
    /// The ISP's time zone: days of references and of filters are days here.
    pub zone: TimeZone,
    /// The country whose numbers may be written without a country code.
    pub region: Option<Region>,
    /// What a complaint may be about.
    pub issue_types: IssueTypes,
    /// Where messages to clients are queued.
    pub outbox: Outbox,
    /// What keeps tickets from being erased.
    pub holds: Arc<dyn Holds>,
}

impl Desk {
    /// Times as pages tell them, against now and in the ISP's zone.
    pub fn times(&self, language: Language) -> Times {
        Times::new(self.clock.now(), self.zone.clone(), language)
    }

    /// Today in the ISP's time zone.
    pub fn today(&self) -> Date {
        self.day_of(self.clock.now())
    }

    /// The day of an instant, in milliseconds, in the ISP's time zone.
    pub fn day_of(&self, at: i64) -> Date {
        let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
        at.to_zoned(self.zone.clone()).date()
    }

    /// Reads a phone number, as somebody wrote it, into the E.164 digits that it may stand for here.
    pub fn phone_forms(&self) -> impl Fn(&str) -> Vec<String> {
        let region = self.region.as_ref();
        move |text| Phone::parse(text, region).map(|phone| phone.digits().to_owned()).into_iter().collect()
    }
}
