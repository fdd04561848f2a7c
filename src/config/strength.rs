//! Whether a secret could be guessed: too short, taken from a manual, repeated, or of too little variety.

/// Why `secret` is too weak, to be read after its name.
pub(super) fn weakness(secret: &[u8]) -> Option<String> {
    if secret.len() < LENGTH {
        return Some(format!("is too short: it has {} bytes and needs {LENGTH}", secret.len()));
    }
    if let Some(word) = sample(secret) {
        return Some(format!("looks like a sample: it contains \"{word}\""));
    }
    if repeats(secret) {
        return Some("repeats itself".into());
    }
    if climbs(secret) {
        return Some("runs through the alphabet or the digits".into());
    }
    match entropy(secret) {
        bits if bits < ENTROPY => {
            Some(format!("has too little variety: about {bits:.0} bits where {ENTROPY:.0} are needed"))
        }
        _ => None,
    }
}

const LENGTH: usize = 32;
/// What 32 random hexadecimal digits still reach by the estimate below, with room to spare.
const ENTROPY: f64 = 96.0;

/// Six letters and more, so that random text holds one by chance less than once in a hundred million times.
const WORDS: [&str; 18] = [
    "changeme",
    "change-me",
    "change_me",
    "change-this",
    "change_this",
    "changethis",
    "secret",
    "password",
    "example",
    "sample",
    "default",
    "placeholder",
    "insert",
    "replace",
    "hubbub",
    "qwerty",
    "your-",
    "your_",
];

fn sample(secret: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(secret).to_lowercase();
    WORDS.into_iter().find(|word| text.contains(word))
}

/// Whether it is one piece again and again.
fn repeats(secret: &[u8]) -> bool {
    (1..=secret.len() / 2).any(|period| secret.iter().zip(secret.iter().skip(period)).all(|(a, b)| a == b))
}

/// Whether most characters are the same as, or the neighbour of, the one before.
fn climbs(secret: &[u8]) -> bool {
    let pairs = secret.iter().zip(secret.iter().skip(1));
    pairs.filter(|(a, b)| a.abs_diff(**b) <= 1).count() * 2 > secret.len()
}

/// Shannon's measure over the bytes as they are, times their number.
fn entropy(secret: &[u8]) -> f64 {
    let length = secret.len() as f64;
    let mut counts = [0_u32; 256];
    for byte in secret {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    let share = |count: &u32| f64::from(*count) / length;
    let used = counts.iter().filter(|count| **count > 0);
    used.map(|count| -share(count) * share(count).log2()).sum::<f64>() * length
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_anybody_would_try_is_refused() {
        for (weak, reason) in [
            ("", "too short"),
            ("changeme", "too short"),
            ("0123456789abcdef0123456789abcde", "too short"),
            ("please-changeme-please-changeme-please", "sample"),
            ("your-256-bit-secret-your-256-bit-key", "sample"),
            ("MySuperSecretKeyThatNobodyKnowsAtAll!", "sample"),
            ("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "repeats"),
            ("x8Kq2x8Kq2x8Kq2x8Kq2x8Kq2x8Kq2x8Kq2", "repeats"),
            ("abcdefghijklmnopqrstuvwxyz0123456789", "alphabet"),
            ("111122223333444455556666777788889999", "alphabet"),
            ("a9k9a9kka9k9aka9k9k9a9a9ak9k9a9kak9k9", "variety"),
        ] {
            let why = weakness(weak.as_bytes()).unwrap_or_default();
            assert!(why.contains(reason), "{weak}: {why}");
        }
    }

    proptest! {
        #[test]
        fn a_random_secret_passes_in_every_usual_spelling(bytes in any::<[u8; 32]>()) {
            use base64::Engine as _;
            let hex: String = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
            let random = bytes.iter().collect::<std::collections::HashSet<_>>().len() > 24;
            prop_assume!(random);
            prop_assert_eq!(weakness(base64::engine::general_purpose::STANDARD.encode(bytes).as_bytes()), None);
            prop_assert_eq!(weakness(&bytes), None);
            prop_assert_eq!(weakness((hex.clone() + &hex.chars().rev().collect::<String>()).as_bytes()), None);
        }
    }
}
