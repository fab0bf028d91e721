//! Settings and figures.

/// A setting of a benchmark, from the environment.
pub fn setting(name: &str, default: &str) -> String {
    #[expect(clippy::disallowed_methods, reason = "a benchmark has no settings file")]
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

/// The same as a number.
pub fn number(name: &str, default: u64) -> u64 {
    setting(name, "").parse().unwrap_or(default)
}

pub fn median(values: &mut [f64]) -> f64 {
    quantile(values, 0.5)
}

/// The value below which this share of them lies.
pub fn quantile(values: &mut [f64], at: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    values[((values.len() - 1) as f64 * at).round() as usize]
}
