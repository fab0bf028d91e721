//! Where to connect, as whom, and how patiently.

use std::{fmt, sync::Arc, time::Duration};

use secrecy::{ExposeSecret as _, SecretString};

/// A connection to one gateway. `Debug` shows no password and no address but the gateway's.
#[derive(Clone)]
pub struct Config {
    /// Name or address of the gateway.
    pub host: String,
    /// Its port; 2775 by custom.
    pub port: u16,
    /// The account, up to 15 ASCII characters (SMPP 3.4 section 5.2.1).
    pub system_id: String,
    /// Its password, up to 8 ASCII characters (section 5.2.2).
    pub password: SecretString,
    /// Kind of system, up to 12 ASCII characters (section 5.2.3); mostly empty.
    pub system_type: String,
    /// The sender, up to 20 ASCII characters (section 5.2.8). None leaves it to the gateway.
    pub source_addr: Option<String>,
    /// Type of number of the sender (section 5.2.5). None derives it: letters are alphanumeric (5), more
    /// than 8 digits or a leading `+` an international number (1), fewer a short code (3, network
    /// specific). The `+` is not sent.
    pub source_ton: Option<u8>,
    /// Numbering plan of the sender (section 5.2.6). None derives it: 1 (E.164) for an international
    /// number, otherwise 0.
    pub source_npi: Option<u8>,
    /// Type of number of receivers: 1, international.
    pub dest_ton: u8,
    /// Numbering plan of receivers: 1, E.164.
    pub dest_npi: u8,
    /// Service, up to 5 ASCII characters (section 5.2.11); empty for the gateway's own choice.
    pub service_type: String,
    /// How long the gateway may try to deliver, up to 30 days and cut to seconds (section 7.1.1.2). None
    /// leaves it to the gateway.
    pub validity: Option<Duration>,
    /// TLVs (tag, value) for each message; see [`Message::tlvs`](crate::Message::tlvs).
    pub tlvs: Vec<(u16, Vec<u8>)>,
    /// How long texts travel.
    pub long: Long,
    /// `submit_sm` that may be unanswered at a time, 1 to 1000 (section 2.9). Gateways name theirs; 10 is
    /// usual.
    pub window: usize,
    /// `submit_sm` a second at most, each part counted; 0 for no limit.
    pub per_second: u32,
    /// Whether to speak TLS.
    pub tls: Tls,
    /// Waits.
    pub timing: Timing,
}

impl Config {
    /// The usual settings for an account: no TLS, window 10, 10 a second, parts joined by a header.
    pub fn new(host: impl Into<String>, port: u16, system_id: impl Into<String>, password: SecretString) -> Self {
        Self {
            host: host.into(),
            port,
            system_id: system_id.into(),
            password,
            system_type: String::new(),
            source_addr: None,
            source_ton: None,
            source_npi: None,
            dest_ton: 1,
            dest_npi: 1,
            service_type: String::new(),
            validity: None,
            tlvs: Vec::new(),
            long: Long::Udh,
            window: 10,
            per_second: 10,
            tls: Tls::Off,
            timing: Timing::default(),
        }
    }

    /// Whether a connection can work by these settings. [`Client::start`](crate::Client::start) asks, too.
    pub fn check(&self) -> Result<(), ConfigError> {
        fits("system_id", &self.system_id, 15)?;
        fits("password", self.password.expose_secret(), 8)?;
        fits("system_type", &self.system_type, 12)?;
        fits("service_type", &self.service_type, 5)?;
        if let Some(source) = &self.source_addr {
            fits("source_addr", source, 20)?;
        }
        if self.tlvs.iter().any(|(_, value)| value.len() > LONGEST_TLV) {
            return Err(ConfigError::TooLong { setting: "tlvs", most: LONGEST_TLV });
        }
        let second = Duration::from_secs(1);
        if !(1..=1000).contains(&self.window) {
            return Err(ConfigError::Outside { setting: "window" });
        }
        if self.validity.is_some_and(|validity| validity < second || validity > 30 * 24 * 3600 * second) {
            return Err(ConfigError::Outside { setting: "validity" });
        }
        let timing = &self.timing;
        if timing.backoff_first.is_zero() || timing.backoff_last < timing.backoff_first {
            return Err(ConfigError::Outside { setting: "backoff" });
        }
        if timing.response.is_zero() || timing.response > 12 * second {
            return Err(ConfigError::Outside { setting: "response" });
        }
        Ok(())
    }
}

/// A TLV longer than this would leave no room for others in a PDU that gateways take.
pub(crate) const LONGEST_TLV: usize = 1024;

/// C-Octet Strings end at a NUL, and rusmpp holds them to ASCII, as section 3.1 does.
fn fits(setting: &'static str, value: &str, most: usize) -> Result<(), ConfigError> {
    if value.len() > most {
        return Err(ConfigError::TooLong { setting, most });
    }
    if !value.bytes().all(|byte| byte.is_ascii() && byte != 0) {
        return Err(ConfigError::NotAscii { setting });
    }
    Ok(())
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("host", &self.host)
            .field("port", &self.port)
            .field("system_id", &self.system_id)
            .field("tls", &self.tls)
            .field("long", &self.long)
            .field("window", &self.window)
            .field("per_second", &self.per_second)
            .field("timing", &self.timing)
            .finish_non_exhaustive()
    }
}

/// A setting that SMPP has no room for. Values are not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Too long for its field.
    #[error("{setting} takes {most} characters at most")]
    TooLong {
        /// The setting.
        setting: &'static str,
        /// Octets that fit.
        most: usize,
    },
    /// Not ASCII, or with a NUL in it.
    #[error("{setting} takes ASCII characters only")]
    NotAscii {
        /// The setting.
        setting: &'static str,
    },
    /// Out of its range.
    #[error("{setting} is out of range")]
    Outside {
        /// The setting.
        setting: &'static str,
    },
    /// The system has no certificates to trust.
    #[error("TLS: {0}")]
    Tls(String),
}

/// How a text travels that does not fit in one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Long {
    /// In parts with a user data header of an 8 bit reference, `esm_class` 0x40 (section 5.2.12). All
    /// gateways know it.
    Udh,
    /// Whole, in the `message_payload` TLV (section 5.3.2.32): the gateway splits, and gives one id.
    Payload,
    /// In parts marked by the `sar_*` TLVs (sections 5.3.2.22 to 5.3.2.24): the gateway makes the headers.
    Sar,
}

/// TLS for the connection. SMPP 3.4 knows none, so gateways give it a port of its own.
#[derive(Clone)]
pub enum Tls {
    /// Plain TCP: only inside of a private network or a tunnel, as password and texts are readable.
    Off,
    /// TLS 1.2 or 1.3 against the certificates that the system trusts, for [`Config::host`].
    Platform,
    /// As given, for instance to trust a certificate authority of the gateway's own.
    Given(Arc<rustls::ClientConfig>),
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "Off",
            Self::Platform => "Platform",
            Self::Given(_) => "Given",
        })
    }
}

/// Waits. SMPP 3.4 section 2.9 asks for such timers and leaves their values to implementations.
#[derive(Debug, Clone)]
pub struct Timing {
    /// For TCP and TLS to connect: 10 s.
    pub connect: Duration,
    /// For the answer to `bind_transceiver`: 10 s.
    pub bind: Duration,
    /// How long a message waits for a bind that is not there: 3 s.
    pub bind_wait: Duration,
    /// For the answer to `submit_sm`: 10 s, up to 12 s.
    pub response: Duration,
    /// Between two `enquire_link`: 30 s.
    pub enquire_link: Duration,
    /// For the answer to `enquire_link`, before the peer counts as dead: 10 s.
    pub enquire_link_answer: Duration,
    /// Least pause before connecting again: 1 s. Each failure in a row doubles the most, and the pause is
    /// drawn between the two, so that many clients do not come back at once.
    pub backoff_first: Duration,
    /// The longest pause: 60 s.
    pub backoff_last: Duration,
    /// Least pause after a refused login, which otherwise might lock the account: 30 s.
    pub login_retry: Duration,
    /// How long [`Client::stop`](crate::Client::stop) waits for answers before it unbinds: 5 s.
    pub drain: Duration,
}

impl Default for Timing {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            connect: seconds(10),
            bind: seconds(10),
            bind_wait: seconds(3),
            response: seconds(10),
            enquire_link: seconds(30),
            enquire_link_answer: seconds(10),
            backoff_first: seconds(1),
            backoff_last: seconds(60),
            login_retry: seconds(30),
            drain: seconds(5),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> Config {
        Config::new("localhost", 2775, "redress", "secret08".into())
    }

    type Spoil = fn(&mut Config);

    #[test]
    fn holds_settings_to_their_fields() {
        assert_eq!(config().check(), Ok(()));
        let table: [(Spoil, &str); 9] = [
            (|c| c.system_id = "x".repeat(16), "system_id takes 15 characters at most"),
            (|c| c.password = "secret-09".into(), "password takes 8 characters at most"),
            (|c| c.system_type = "é".into(), "system_type takes ASCII characters only"),
            (|c| c.service_type = "a\0b".into(), "service_type takes ASCII characters only"),
            (|c| c.source_addr = Some("1".repeat(21)), "source_addr takes 20 characters at most"),
            (|c| c.window = 0, "window is out of range"),
            (|c| c.validity = Some(Duration::from_millis(3)), "validity is out of range"),
            (|c| c.tlvs = vec![(0x1400, vec![0; 1025])], "tlvs takes 1024 characters at most"),
            (|c| c.timing.response = Duration::from_secs(13), "response is out of range"),
        ];
        for (spoil, words) in table {
            let mut config = config();
            spoil(&mut config);
            assert_eq!(config.check().unwrap_err().to_string(), words);
        }
    }

    #[test]
    fn shows_no_password_and_no_number() {
        let mut config = config();
        config.source_addr = Some("+919812345678".into());
        let shown = format!("{config:?}");
        assert!(!shown.contains("secret08") && !shown.contains("9198"), "{shown}");
        assert!(shown.contains("localhost"));
    }
}
