//! What a client wrote and we cannot read, said so that the client finds the place.

use super::Error;

impl Error {
    /// serde's sentence about a place in a document, turned into the field and a reason.
    pub fn unreadable(path: &str, sentence: &str) -> Error {
        let quoted =
            |prefix| sentence.strip_prefix(prefix)?.split_once('`').map(|(name, _): (&str, _)| short(name));
        if let Some(field) = quoted("unknown field `") {
            return Error::invalid(field, "is not known here");
        }
        if let Some(field) = quoted("missing field `") {
            return Error::invalid(field, "is required");
        }
        if let Some(field) = quoted("duplicate field `") {
            return Error::invalid(field, "is there twice");
        }
        let reason = match sentence.split(" at line ").next().unwrap_or(sentence) {
            "invalid digit found in string" | "cannot parse integer from empty string" => {
                "must be a whole number"
            }
            "number too large to fit in target type" => "is too large",
            other => other.split(", expected struct ").next().unwrap_or(other),
        };
        let field = if matches!(path, "." | "?" | "") { "body" } else { path };
        Error::invalid(short(field), short(reason))
    }
}

fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_names_the_field_and_no_type_of_ours() {
        let told = |path: &str, sentence: &str| Error::unreadable(path, sentence).message().to_owned();
        assert_eq!(told(".", "unknown field `seq`, expected one of `text`"), "seq: is not known here");
        assert_eq!(told("limit", "invalid digit found in string"), "limit: must be a whole number");
        assert_eq!(
            told(".", "invalid type: string \"x\", expected struct Send"),
            "body: invalid type: string \"x\""
        );
    }
}
