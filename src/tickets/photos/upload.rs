//! Notes that may come with a photo (`multipart/form-data`, RFC 7578), and the room in which pictures are developed.

use std::{sync::Arc, time::Duration};

use axum::{
    body::Bytes,
    extract::{
        DefaultBodyLimit, FromRequest, Multipart, Request,
        multipart::{Field, MultipartError},
    },
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};
use sha2::{Digest as _, Sha256};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Picture;
use crate::{
    fault::Fault,
    input::Input,
    tickets::Tickets,
    web::{
        ApiFault, Form, PageFault,
        problem::{Problem, too_large},
        refusal::is_api,
    },
    words::Text,
};

/// The largest body with a photo, in bytes.
pub const LARGEST: usize = 12 * 1024 * 1024;
/// The largest body without one, as everywhere else.
const LARGEST_FORM: usize = 1024 * 1024;
/// The largest text in a form with a photo, in bytes: more than any field may have.
const LARGEST_TEXT: usize = 64 * 1024;
/// The fields of a form.
const FIELDS: usize = 16;
/// Photos that are being received at a time, each of up to [`LARGEST`].
const RECEIVED: usize = 6;
/// How long one waits for that.
const PATIENCE: Duration = Duration::from_secs(10);
/// Pictures that are being developed at a time: a large one takes up to half a gigabyte, and a core.
const DEVELOPED: usize = 1;
/// Seconds until it is worth trying again.
const LATER: u64 = 5;
/// The field of the picture.
pub const PHOTO: &str = "photo";

/// Where photos wait for their turn.
#[derive(Clone, Debug)]
pub struct Darkroom {
    received: Arc<Semaphore>,
    developed: Arc<Semaphore>,
}

impl Default for Darkroom {
    fn default() -> Self {
        Self { received: Arc::new(Semaphore::new(RECEIVED)), developed: Arc::new(Semaphore::new(DEVELOPED)) }
    }
}

impl Darkroom {
    async fn receive(&self) -> Result<OwnedSemaphorePermit, Fault> {
        let place = tokio::time::timeout(PATIENCE, Arc::clone(&self.received).acquire_owned()).await;
        place.ok().and_then(Result::ok).ok_or(Fault::Busy(LATER))
    }

    /// Develops a picture, on a thread for blocking work. The permit goes with the work: who hangs up makes no room before
    /// it has ended.
    ///
    /// # Errors
    /// [`Fault::Invalid`] of the field [`PHOTO`].
    pub async fn develop(&self, sent: Bytes) -> Result<Picture, Fault> {
        let permit = Arc::clone(&self.developed).acquire_owned().await.map_err(anyhow::Error::from)?;
        let work = move || {
            let picture = Picture::develop(&sent);
            drop(permit);
            picture
        };
        let developed = tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?;
        developed.map_err(|words| Fault::field(PHOTO, "invalid", words))
    }
}

/// The fields of a form that may have a photo. A form without one may be sent as any other.
#[derive(Debug)]
pub struct Upload {
    /// The fields. Its bytes stand for all that was sent, whatever its boundaries were.
    pub form: Form,
    /// The picture as it was sent.
    pub photo: Option<Bytes>,
    /// Its place among those that are received.
    _place: Option<OwnedSemaphorePermit>,
}

impl Upload {
    /// Gives the note words of its own, where somebody sent nothing but a photo.
    pub fn or_content(&mut self, words: String) {
        let blank = self.form.typed("content").trim().is_empty();
        if self.photo.is_some() && blank {
            self.form.typed.retain(|(name, _)| name != "content");
            self.form.typed.push(("content".to_owned(), words));
            self.form.input = Input::from_pairs(self.form.typed.iter().cloned());
        }
    }
}

impl FromRequest<Tickets> for Upload {
    type Rejection = Response;

    async fn from_request(mut request: Request, state: &Tickets) -> Result<Self, Response> {
        let api = is_api(request.uri().path());
        let refuse =
            |fault: Fault| if api { ApiFault(fault).into_response() } else { PageFault(fault).into_response() };
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("");
        if !kind.to_ascii_lowercase().starts_with("multipart/form-data") {
            if api {
                return Err(Problem::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, Text::new("photo-send-multipart")).into());
            }
            DefaultBodyLimit::max(LARGEST_FORM).apply(&mut request);
            let form = Form::from_request(request, state).await?;
            return Ok(Self { form, photo: None, _place: None });
        }
        let told = |problem: Problem| if api { problem.into() } else { problem.for_people() };
        let broken = || Problem::of(StatusCode::BAD_REQUEST, Text::new("problem-broken-off"));
        let mut parts = Multipart::from_request(request, state).await.map_err(|_| told(broken()))?;
        let (mut typed, mut photo, mut digest) = (Vec::new(), None, Sha256::new());
        let mut place = None;
        for _ in 0..FIELDS {
            let Some(part) = parts.next_field().await.map_err(|error| told(problem(&error)))? else { break };
            let name = part.name().unwrap_or_default().to_owned();
            if name == PHOTO && place.is_none() {
                place = Some(state.darkroom.receive().await.map_err(refuse)?);
            }
            let most = if name == PHOTO { LARGEST } else { LARGEST_TEXT };
            let bytes = whole(part, most).await.map_err(told)?;
            for one in [name.as_bytes(), &bytes] {
                digest.update(one.len().to_be_bytes());
                digest.update(one);
            }
            if name == PHOTO {
                // A form sends its field also when nothing was chosen.
                if !bytes.is_empty() && photo.replace(bytes).is_some() {
                    return Err(refuse(Fault::field(PHOTO, "invalid", Text::new("photo-one"))));
                }
                continue;
            }
            let text = String::from_utf8(bytes.to_vec()).map_err(|_| told(broken()))?;
            typed.push((name, text));
        }
        if parts.next_field().await.map_err(|error| told(problem(&error)))?.is_some() {
            return Err(told(broken()));
        }
        let input = Input::from_pairs(typed.iter().cloned());
        let form = Form { input, typed, bytes: Bytes::copy_from_slice(&digest.finalize()) };
        Ok(Self { form, photo, _place: place })
    }
}

/// What a part holds, if it is no more than that.
async fn whole(mut part: Field<'_>, most: usize) -> Result<Bytes, Problem> {
    let mut bytes = Vec::new();
    while let Some(more) = part.chunk().await.map_err(|error| problem(&error))? {
        if bytes.len() + more.len() > most {
            return Err(too_large());
        }
        bytes.extend_from_slice(&more);
    }
    Ok(bytes.into())
}

fn problem(error: &MultipartError) -> Problem {
    if error.status() == StatusCode::PAYLOAD_TOO_LARGE {
        too_large()
    } else {
        Problem::of(StatusCode::BAD_REQUEST, Text::new("problem-broken-off"))
    }
}
