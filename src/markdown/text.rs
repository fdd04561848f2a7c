//! Words, and what means something among them: addresses, names of people and of emoji.

use super::parts::{Part, parts};
use super::writer::{CODE_BLOCK, Writer};

impl Writer<'_> {
    /// Text, which may come in pieces. What is `escaped` begins no name.
    pub(super) fn text(&mut self, text: &str, escaped: bool) {
        if escaped && text.starts_with(['@', ':']) {
            self.flush();
            self.before = Some('\\');
        }
        self.text.push_str(text);
    }

    pub(super) fn flush(&mut self) {
        let (text, before) = (std::mem::take(&mut self.text), self.before.take());
        if self.is_in(CODE_BLOCK) || self.link.is_some() {
            return self.verbatim(&text);
        }
        for part in parts(&text, before) {
            match part {
                Part::Text(text) => self.verbatim(text),
                Part::Emoji(emoji) => self.verbatim(emoji),
                Part::Person(text, names) => self.person(text, &names),
                Part::Everyone(text) if self.whom.everyone => self.mention(text, None),
                Part::Everyone(text) => self.verbatim(text),
                Part::Link(to) => {
                    self.shown_link(to);
                    self.verbatim(to);
                    self.close();
                }
            }
        }
    }

    fn person(&mut self, text: &str, names: &[String]) {
        let known = |name: &String| {
            Some((text.split_at_checked(name.len() + 1)?, self.whom.people.get(name)?.clone()))
        };
        match names.iter().find_map(known) {
            Some(((name, rest), id)) => {
                self.mention(name, Some(&id));
                self.verbatim(rest);
            }
            None => self.verbatim(text),
        }
    }

    fn mention(&mut self, text: &str, user: Option<&str>) {
        self.html.push_str("<span class=\"mention\"");
        if let Some(id) = user {
            self.html.push_str(" data-user=\"");
            escape(&mut self.html, id);
            self.html.push('"');
        }
        self.html.push('>');
        self.opened(&["span"]);
        self.verbatim(text);
        self.close();
    }
}

/// As the text of a document, and in an attribute what holds no quotes: letter for letter as a browser
/// writes its own.
pub(super) fn escape(into: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => into.push_str("&amp;"),
            '<' => into.push_str("&lt;"),
            '>' => into.push_str("&gt;"),
            '\u{a0}' => into.push_str("&nbsp;"),
            // What no document may hold.
            '\0' => into.push('\u{fffd}'),
            '\r' => {}
            other => into.push(other),
        }
    }
}
