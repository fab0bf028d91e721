//! What every page says of the messages to clients.

use crate::{
    db::Tx,
    fault::Fault,
    notifications::{self, Channel, Gates, Health},
    tickets::Desk,
    words::{self, Text},
};

/// That a gateway fails, since when, and how many messages wait.
pub fn warning(tx: &mut Tx<'_>, desk: &Desk, health: &Health, gates: &Gates) -> Result<Option<Text>, Fault> {
    let trouble = notifications::gateway_trouble(tx, &health.now(), desk.clock.now())?;
    let Some((gateway, trouble)) = trouble else { return spent(tx, desk) };
    let channel = gates.all().find(|(_, one)| one.name() == gateway).map_or(Channel::SMS, |(channel, _)| channel);
    let reason = trouble.reason.as_deref().map(notifications::reason_text);
    let of_another = |key| Text::new(key).arg("channel", Text::new(channel.label));
    let text = match reason {
        Some(reason) if trouble.is_off() => Text::new("frame-webhook-off").arg("reason", reason),
        Some(reason) if channel == Channel::SMS => Text::new("frame-gateway-failing").arg("reason", reason),
        Some(reason) => of_another("frame-channel-failing").arg("reason", reason),
        None if channel == Channel::SMS => Text::new("frame-log-in-refused"),
        None => of_another("frame-channel-refused"),
    };
    let waiting = desk.outbox.waiting(tx)?;
    Ok(Some(text.arg("since", since(desk, trouble.since)).arg("waiting", waiting)))
}

/// That the day has had as many SMS as it may.
fn spent(tx: &mut Tx<'_>, desk: &Desk) -> Result<Option<Text>, Fault> {
    let Some(at) = desk.outbox.day_full_since(tx, &desk.zone)? else { return Ok(None) };
    let waiting = desk.outbox.waiting(tx)?;
    Ok(Some(Text::new("frame-day-spent").arg("since", since(desk, at)).arg("waiting", waiting)))
}

/// A moment as a warning names it.
fn since(desk: &Desk, moment: i64) -> Text {
    let at = |at| jiff::Timestamp::from_millisecond(at).unwrap_or_default().to_zoned(desk.zone.clone());
    let (since, now) = (at(moment), at(desk.clock.now()));
    let (day, today) = (since.date(), now.date());
    let text = if day == today {
        Text::new("notifications-since-today")
    } else {
        Text::new("notifications-since-day").arg("date", words::date(day, today))
    };
    text.arg("time", since.strftime("%H:%M").to_string())
}
