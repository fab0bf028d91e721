//! Whole numbers as a language writes them.

use super::Language;

impl Language {
    /// Digits in groups: of three, and in Hindi of two from the thousands up (CLDR's `#,##,##0`).
    pub fn number(self, number: i64) -> String {
        let digits = number.unsigned_abs().to_string();
        let mut out = String::from(if number < 0 { "−" } else { "" });
        for (place, digit) in digits.chars().enumerate() {
            let left = digits.len() - place;
            let parts = match self {
                Self::English => left.is_multiple_of(3),
                Self::Hindi => left == 3 || (left > 3 && (left - 3).is_multiple_of(2)),
            };
            if place > 0 && parts {
                out.push(',');
            }
            out.push(digit);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_as_the_language_does() {
        for (number, english, hindi) in [
            (0, "0", "0"),
            (999, "999", "999"),
            (1000, "1,000", "1,000"),
            (-12_345, "−12,345", "−12,345"),
            (123_456, "123,456", "1,23,456"),
            (12_345_678, "12,345,678", "1,23,45,678"),
        ] {
            assert_eq!(Language::English.number(number), english);
            assert_eq!(Language::Hindi.number(number), hindi);
        }
    }
}
