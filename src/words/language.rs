//! The languages that there are messages in.

/// A language of the interface and of the messages to clients.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// English, as spoken and written in Britain and India.
    #[default]
    English,
    /// Hindi.
    Hindi,
}

impl Language {
    /// All of them, as menus list them.
    pub const ALL: [Self; 2] = [Self::English, Self::Hindi];

    /// The folder of its message files, and its value in cookies and settings (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::Hindi => "hi",
        }
    }

    /// For `lang` in HTML: with the region whose spelling and dates are used.
    pub const fn html(self) -> &'static str {
        match self {
            Self::English => "en-GB",
            Self::Hindi => "hi-IN",
        }
    }

    /// Its name in itself.
    pub const fn name(self) -> &'static str {
        match self {
            Self::English => "English",
            Self::Hindi => "हिन्दी",
        }
    }

    /// The direction of its script, for `dir` in HTML.
    pub const fn direction(self) -> &'static str {
        match self {
            Self::English | Self::Hindi => "ltr",
        }
    }

    /// The language of a tag, whatever its region and letter case: `hi`, `hi-IN`, `HI_in`.
    pub fn of(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or("");
        Self::ALL.into_iter().find(|language| language.tag().eq_ignore_ascii_case(primary))
    }

    /// The one that an `Accept-Language` likes best (RFC 9110, section 12.5.4), or English.
    pub fn accepted(header: &str) -> Self {
        let mut best = (0.0, Self::English);
        for item in header.split(',') {
            let (tag, weight) = item.split_once(';').unwrap_or((item, ""));
            let weight = weight.trim().strip_prefix("q=").map_or(1.0, |weight| weight.parse().unwrap_or(0.0));
            if let Some(language) = Self::of(tag).filter(|_| weight > best.0) {
                best = (weight, language);
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_liked_language_that_there_is() {
        for (header, want) in [
            ("", Language::English),
            ("fr, de;q=0.9", Language::English),
            ("hi-IN,hi;q=0.9,en;q=0.8", Language::Hindi),
            ("en-GB,hi;q=0.5", Language::English),
            ("en;q=0.3, hi;q=0.7", Language::Hindi),
            ("hi;q=0", Language::English),
            ("hi;q=x, en", Language::English),
        ] {
            assert_eq!(Language::accepted(header), want, "{header}");
        }
    }
}
