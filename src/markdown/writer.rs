//! The tags that there are: `p br strong em del code pre blockquote ul ol li a table thead tbody tr th td
//! span`. Every tag that is opened is closed by the same hand.

use pulldown_cmark::{CodeBlockKind, LinkType, Tag};

use super::text::escape;
use super::{Whom, address};
use crate::limits;

const LANGUAGE: usize = 20;

/// Elements that are opened and closed together, the outermost first.
pub(super) type Frame = &'static [&'static str];

const LINK: Frame = &["a"];
pub(super) const CODE_BLOCK: Frame = &["pre", "code"];
const TABLE_HEAD: Frame = &["thead", "tr"];
const TABLE_BODY: Frame = &["tbody"];
/// Of a link that leads nowhere only the words are shown.
const NOTHING: Frame = &[];

pub(super) struct Writer<'a> {
    pub(super) html: String,
    /// What is open, innermost last.
    open: Vec<Frame>,
    pub(super) whom: &'a Whom,
    /// Text that may go on, with what stands before it.
    pub(super) text: String,
    pub(super) before: Option<char>,
    /// What an open link shows where it has no words.
    pub(super) link: Option<Link>,
    /// Where those links lead that were written to be looked at.
    links: Vec<String>,
    too_deep: bool,
}

pub(super) struct Link {
    address: String,
    /// Where its words begin.
    start: usize,
}

impl Writer<'_> {
    pub(super) fn new(whom: &Whom) -> Writer<'_> {
        Writer {
            html: String::new(),
            open: Vec::new(),
            whom,
            text: String::new(),
            before: None,
            link: None,
            links: Vec::new(),
            too_deep: false,
        }
    }

    pub(super) fn is_too_deep(&self) -> bool {
        self.too_deep
    }

    pub(super) fn len(&self) -> usize {
        self.html.len()
    }

    pub(super) fn finish(mut self) -> String {
        self.flush();
        self.html
    }

    pub(super) fn links(self) -> Vec<String> {
        self.links
    }

    pub(super) fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Paragraph | Tag::HtmlBlock => self.open(&["p"]),
            Tag::Heading { .. } => self.open(&["p", "strong"]),
            Tag::BlockQuote(_) => self.open(&["blockquote"]),
            Tag::CodeBlock(kind) => self.code_block(&kind),
            Tag::List(None) => self.open(&["ul"]),
            Tag::List(Some(first)) => self.numbered(first),
            Tag::Item => self.open(&["li"]),
            Tag::Table(_) => self.open(&["table"]),
            Tag::TableHead => self.open(TABLE_HEAD),
            Tag::TableRow => self.row(),
            Tag::TableCell if self.is_in(TABLE_HEAD) => self.open(&["th"]),
            Tag::TableCell => self.open(&["td"]),
            Tag::Emphasis => self.open(&["em"]),
            Tag::Strong => self.open(&["strong"]),
            Tag::Strikethrough => self.open(&["del"]),
            Tag::Link { link_type: LinkType::Email, dest_url, .. } => {
                self.link(&format!("mailto:{dest_url}"))
            }
            // A picture would be loaded from wherever it says; whoever wants to see it follows the link.
            Tag::Link { link_type: LinkType::Autolink, dest_url, .. } | Tag::Image { dest_url, .. } => {
                self.link(&dest_url);
            }
            Tag::Link { dest_url, .. } => self.shown_link(&dest_url),
            _ => self.open(NOTHING),
        }
    }

    fn open(&mut self, frame: Frame) {
        for tag in frame {
            self.html.push('<');
            self.html.push_str(tag);
            self.html.push('>');
        }
        self.opened(frame);
    }

    /// For those whose tags are written, with what stands in them.
    pub(super) fn opened(&mut self, frame: Frame) {
        self.open.push(frame);
        self.too_deep |= self.open.iter().map(|frame| frame.len()).sum::<usize>() > limits::HTML_DEPTH;
    }

    pub(super) fn is_in(&self, frame: Frame) -> bool {
        self.open.last() == Some(&frame)
    }

    pub(super) fn close(&mut self) {
        let frame = self.open.pop().unwrap_or_default();
        match frame {
            LINK => self.end_link(),
            CODE_BLOCK => self.end_code(),
            _ => {}
        }
        for tag in frame.iter().rev() {
            self.html.push_str("</");
            self.html.push_str(tag);
            self.html.push('>');
        }
    }

    /// The body of a table begins with its first row, and ends with the table.
    fn row(&mut self) {
        if !self.is_in(TABLE_BODY) {
            self.open(TABLE_BODY);
        }
        self.open(&["tr"]);
    }

    pub(super) fn end_table(&mut self) {
        if self.is_in(TABLE_BODY) {
            self.close();
        }
        self.close();
    }

    fn numbered(&mut self, first: u64) {
        match first {
            1 => self.html.push_str("<ol>"),
            other => self.html.push_str(&format!("<ol start=\"{other}\">")),
        }
        self.opened(&["ol"]);
    }

    fn code_block(&mut self, kind: &CodeBlockKind<'_>) {
        let language = match kind {
            CodeBlockKind::Fenced(info) => {
                info.split_whitespace().next().unwrap_or_default().to_ascii_lowercase()
            }
            CodeBlockKind::Indented => String::new(),
        };
        let known = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '+' | '-');
        match (1..=LANGUAGE).contains(&language.len()) && language.chars().all(known) {
            true => self.html.push_str(&format!("<pre><code class=\"language-{language}\">")),
            false => self.html.push_str("<pre><code>"),
        }
        self.opened(CODE_BLOCK);
    }

    /// Its last line ends with it.
    fn end_code(&mut self) {
        if self.html.ends_with('\n') {
            self.html.pop();
        }
    }

    /// One without angle brackets.
    pub(super) fn shown_link(&mut self, to: &str) {
        if self.link.is_none() {
            self.links.extend(address(to));
        }
        self.link(to);
    }

    /// Where it leads elsewhere than to the web or to a mailbox, what it says is text.
    fn link(&mut self, to: &str) {
        let Some(address) = address(to).filter(|_| self.link.is_none()) else {
            return self.open(NOTHING);
        };
        self.html.push_str("<a href=\"");
        escape(&mut self.html, &address);
        self.html.push_str("\" rel=\"nofollow noopener noreferrer ugc\" target=\"_blank\">");
        self.link = Some(Link { address, start: self.html.len() });
        self.opened(LINK);
    }

    fn end_link(&mut self) {
        if let Some(Link { address, start }) = self.link.take()
            && self.html.len() == start
        {
            self.verbatim(&address);
        }
    }

    pub(super) fn code(&mut self, code: &str) {
        self.open(&["code"]);
        self.verbatim(code);
        self.close();
    }

    pub(super) fn verbatim(&mut self, text: &str) {
        escape(&mut self.html, text);
    }

    /// As it is, line by line.
    pub(super) fn html(&mut self, html: &str) {
        for (number, line) in html.split('\n').enumerate() {
            self.html.push_str(if number > 0 { "<br>" } else { "" });
            self.verbatim(line);
        }
    }

    /// Its last line ends with it.
    pub(super) fn end_html(&mut self) {
        while let Some(shorter) = self.html.strip_suffix("<br>") {
            self.html.truncate(shorter.len());
        }
        self.close();
    }

    pub(super) fn line(&mut self) {
        self.html.push_str("<br>");
    }

    pub(super) fn rule(&mut self, rule: &str) {
        self.open(&["p"]);
        self.verbatim(rule);
        self.close();
    }
}
