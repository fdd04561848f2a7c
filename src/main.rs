//! `hubbub`: see `hubbub --help`, and the library's front page for the map of the house.

use std::process::ExitCode;

fn main() -> ExitCode {
    hubbub::command::run(serve::until_told)
}

mod serve {
    use std::net::SocketAddr;
    use std::time::Duration;

    use hubbub::app::App;
    use hubbub::command::{Serving, say, told_to_stop};
    use hubbub::error::Result;
    use hubbub::server::{Server, Settings};

    const CLOSING: Duration = Duration::from_secs(2);

    /// Serves until SIGTERM or SIGINT, and closes the store whatever happened.
    pub(crate) async fn until_told(serving: Serving) -> Result<()> {
        let store = serving.store.clone();
        let served = open(serving).await;
        // A store that hangs must not hold up the end; what was acknowledged is durable.
        let _ = tokio::time::timeout(CLOSING, store.close()).await;
        served
    }

    async fn open(serving: Serving) -> Result<()> {
        let Serving { config, keys, store, clock, greeting } = serving;
        let app = App::new(&config, &keys, store, clock);
        app.recover().await?;
        let server = Server::bind(app.clone(), Settings::from(&config))?;
        let bound = server.address()?;
        let address = format!("http://{bound}");
        say(format!("hubbub {} listens on {address}", env!("CARGO_PKG_VERSION")));
        greeting.iter().for_each(say);
        if let Some(token) = app.accounts.claim_token().await? {
            let public = config.server.public_url.clone().unwrap_or_else(|| reachable(bound));
            say(format!("no administrator yet: claim this server within an hour at {public}/claim#{token}"));
        }
        server.serve(told_to_stop()?).await
    }

    /// An address that a browser on this machine can open, also where every address is listened on.
    fn reachable(bound: SocketAddr) -> String {
        match bound.ip().is_unspecified() {
            true => format!("http://localhost:{}", bound.port()),
            false => format!("http://{bound}"),
        }
    }
}
