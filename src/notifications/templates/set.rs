//! The templates as a process knows them: those stored last, read when it starts and whenever one was kept.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::{sync::watch, time::timeout};

use super::{store, template::Template};
use crate::{
    db::{Db, Heard},
    fault::Fault,
    notifications::{
        channels::{CHANNELS, Channel, Letter, Wording},
        message::Kind,
    },
    words::Language,
};

/// Told when a template was kept: see [`Tx::notify`](crate::db::Tx::notify).
pub const CHANGED: &str = "templates";
/// They are looked at so often even where nobody says that one was kept.
const LOOK: Duration = Duration::from_secs(30);

/// Which messages a template is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// What they tell.
    pub kind: Kind,
    /// How they are sent.
    pub channel: &'static Channel,
    /// What their readers read.
    pub language: Language,
}

impl Place {
    /// Every place that has a template.
    pub fn all() -> impl Iterator<Item = Self> {
        let worded = || CHANNELS.into_iter().filter(|channel| channel.wording.is_some());
        let channels = move |kind| worded().map(move |channel| (kind, channel));
        let languages = |(kind, channel)| Language::ALL.map(|language| Self { kind, channel, language });
        Kind::ALL.into_iter().flat_map(channels).flat_map(languages)
    }

    /// How its letters are made, where it is a place of letters.
    pub fn letter(self) -> Option<&'static Letter> {
        match &self.channel.wording {
            Some(Wording::Letter(letter)) => Some(letter),
            _ => None,
        }
    }

    /// The place of these names.
    pub fn find(kind: &str, channel: &str, language: &str) -> Option<Self> {
        let named = |place: &Self| (place.kind.name(), place.channel.name, place.language.tag());
        Self::all().find(|place| named(place) == (kind, channel, language))
    }

    /// Its address below `/notifications/templates` and `/api/templates`.
    pub fn path(self) -> String {
        format!("{}/{}/{}", self.kind.name(), self.channel.name, self.language.tag())
    }
}

/// The templates. Clones share them.
#[derive(Debug, Clone, Default)]
pub struct Templates {
    set: Arc<RwLock<Arc<Set>>>,
    /// One reads at a time, so that what was read first does not come last.
    reading: Arc<tokio::sync::Mutex<()>>,
}

type Set = Vec<(Place, Arc<Template>)>;

impl Templates {
    fn now(&self) -> Arc<Set> {
        Arc::clone(&self.set.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// The template of a place, where the ISP has its own.
    pub fn find(&self, place: Place) -> Option<Arc<Template>> {
        self.now().iter().find(|(known, _)| *known == place).map(|(_, template)| Arc::clone(template))
    }

    /// Whether a text may be one that was made of one of them.
    pub fn may_have_made(&self, text: &str) -> bool {
        self.now().iter().any(|(place, template)| place.letter().is_none() && template.may_have_made(text))
    }

    /// Reads those that are stored.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn refresh(&self, db: &Db) -> Result<(), Fault> {
        let _reading = self.reading.lock().await;
        let stored = db.read(store::newest).await?;
        let usable = stored.into_iter().filter_map(|version| {
            let read = Template::read(version.draft.as_ref()?, version.place.kind);
            if read.is_err() {
                tracing::error!(template = version.place.path(), "a stored template cannot be read; ours is used");
            }
            Some((version.place, Arc::new(read.ok()?)))
        });
        let set = Arc::new(usable.collect());
        *self.set.write().unwrap_or_else(PoisonError::into_inner) = set;
        Ok(())
    }

    #[cfg(test)]
    pub(super) fn of(set: Vec<(Place, Template)>) -> Self {
        let templates = Self::default();
        let set = set.into_iter().map(|(place, template)| (place, Arc::new(template))).collect();
        *templates.set.write().unwrap() = Arc::new(set);
        templates
    }

    /// Keeps up with what other processes keep, until `stopped` turns true.
    pub async fn follow(self, db: Db, mut stopped: watch::Receiver<bool>) {
        let mut listener = db.listen();
        loop {
            if let Err(fault) = self.refresh(&db).await {
                tracing::warn!(%fault, "the templates of messages cannot be read; those read before are used");
            }
            let told = async {
                while let Some(heard) = listener.next().await {
                    match heard {
                        Heard::Notice(notice) if notice.channel != CHANGED => {}
                        _ => return,
                    }
                }
                // The database is gone, and so is this process soon.
                std::future::pending::<()>().await;
            };
            tokio::select! {
                _ = timeout(LOOK, told) => {}
                _ = stopped.wait_for(|stop| *stop) => return,
            }
        }
    }
}
