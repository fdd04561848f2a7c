//! How messages are shown: as text, with HTML beside it where that is asked for, and with previews of
//! what they link to.

use super::Call;
use crate::app::App;
use crate::error::{Error, Result};
use crate::event::MessageView;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    Text,
    Html,
}

impl Shown {
    /// Takes `render` out of a query; what is left is the route's own.
    pub(super) fn of(call: &mut Call) -> Result<Shown> {
        let pairs: Vec<_> = form_urlencoded::parse(call.query.as_bytes()).into_owned().collect();
        let (render, rest): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|(name, _)| name == "render");
        call.query = form_urlencoded::Serializer::new(String::new()).extend_pairs(rest).finish();
        match render.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>()[..] {
            [] => Ok(Shown::Text),
            ["html"] => Ok(Shown::Html),
            _ => Err(Error::invalid("render", "must be html")),
        }
    }

    /// To be called with every message of an answer, before it is one.
    pub(super) async fn show(
        self,
        app: &App,
        messages: impl IntoIterator<Item = &mut MessageView>,
    ) -> Result<()> {
        let mut messages: Vec<_> = messages.into_iter().collect();
        app.previews.show(&mut messages).await?;
        match self {
            Shown::Html => app.display.render(&mut messages).await,
            Shown::Text => Ok(()),
        }
    }
}
