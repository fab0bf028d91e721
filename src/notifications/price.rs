//! What messages cost, as the settings say.

/// What an SMS segment costs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Price {
    /// In the smallest decimal that was given.
    amount: u64,
    decimals: u32,
    currency: String,
}

impl Price {
    /// Reads `0.12 INR`.
    pub fn read(text: &str) -> Option<Self> {
        let (amount, currency) = text.split_once(' ')?;
        let currency = currency.trim();
        let (whole, part) = amount.split_once('.').unwrap_or((amount, ""));
        let digits = [whole, part].concat();
        let good = !whole.is_empty()
            && (1..=9).contains(&digits.len())
            && part.len() <= 5
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && (1..=8).contains(&currency.chars().count())
            && !currency.contains(char::is_control);
        let decimals = u32::try_from(part.len()).ok()?;
        Some(Self { amount: digits.parse().ok()?, decimals, currency: currency.to_owned() }).filter(|_| good)
    }

    /// What so many segments cost, with the currency.
    pub fn of(&self, segments: usize) -> String {
        let amount = self.amount.saturating_mul(u64::try_from(segments).unwrap_or(u64::MAX));
        let unit = 10_u64.pow(self.decimals);
        let (whole, part) = (amount / unit, amount % unit);
        let width = usize::try_from(self.decimals).unwrap_or_default();
        let part = if width == 0 { String::new() } else { format!(".{part:0width$}") };
        format!("{whole}{part} {}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prices_are_reckoned_without_rounding() {
        for (text, segments, cost) in
            [("0.12 INR", 2, "0.24 INR"), ("1 ₹", 3, "3 ₹"), ("0.0075 USD", 7, "0.0525 USD"), ("1.5 p", 1, "1.5 p")]
        {
            assert_eq!(Price::read(text).unwrap().of(segments), cost);
        }
    }
}
