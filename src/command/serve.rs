//! `hubbub serve`: everything a server needs, made ready and handed over.

use super::house::House;
use super::logging;
use crate::clock::Clock;
use crate::config::{Config, Keys, Source};
use crate::error::{Error, Result};
use crate::failpoint;
use crate::store::Store;
use crate::world;

/// Serve until told to stop
#[derive(Debug, Default, clap::Args)]
#[command(after_help = "Examples:
  hubbub serve                                      on 127.0.0.1:3000, embedded store in ./data
  hubbub serve --demo                               with a sample world and its sign-ins
  hubbub serve --bind 0.0.0.0:8080 --data-dir /var/lib/hubbub
  MONGODB_URI=mongodb://db/chat hubbub serve        with MongoDB")]
pub(super) struct Serve {
    /// Load the sample world and print a few sign-ins; on this machine only
    #[arg(long)]
    demo: bool,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDRESS:PORT")]
    bind: Option<String>,
}

/// A house ready to be opened to the public.
#[derive(Debug)]
pub struct Serving {
    pub config: Config,
    pub keys: Keys,
    /// To be closed by who serves.
    pub store: Store,
    pub clock: Clock,
    /// To be printed below the address, once it answers.
    pub greeting: Vec<String>,
}

impl Serve {
    pub(super) async fn run<S>(self, mut source: Source, server: S) -> Result<()>
    where
        S: AsyncFnOnce(Serving) -> Result<()>,
    {
        failpoint::arm()?;
        source.flags.extend(self.bind.clone().map(|bind| ("server.bind", bind)));
        let config = super::load(source)?.config;
        logging::for_server(&config)?;
        if self.demo {
            refuse_public_demo(&config)?;
        }
        let (house, keys) = House::open_with_keys(config).await?;
        match self.greet(&house, &keys).await {
            Ok(greeting) => {
                let House { config, store, clock } = house;
                server(Serving { config, keys, store, clock, greeting }).await
            }
            Err(error) => house.close(Err(error)).await,
        }
    }

    async fn greet(&self, house: &House, keys: &Keys) -> Result<Vec<String>> {
        let mut lines = vec![format!("data: {}", house.place())];
        if self.demo {
            lines.extend(load_demo(house, keys).await?);
        } else if house.config.production() || !house.config.server.bind.ip().is_loopback() {
            refuse_public_sample(house, keys).await?;
        }
        Ok(lines)
    }
}

/// Everybody can read the passwords of the sample world.
fn refuse_public_demo(config: &Config) -> Result<()> {
    if config.production() {
        return Err(Error::bad_request(
            "--demo has passwords that everybody can read: leave it out in production",
        ));
    }
    if !config.server.bind.ip().is_loopback() {
        return Err(Error::bad_request(format!(
            "--demo has passwords that everybody can read, so it does not listen on {}: leave out --demo, or bind to 127.0.0.1",
            config.server.bind
        )));
    }
    Ok(())
}

async fn load_demo(house: &House, keys: &Keys) -> Result<Vec<String>> {
    let passwords = house.passwords(keys);
    let hash = async |password: &str| passwords.hash(&password.parse()?).await;
    world::load(&house.store, world::sample(house.clock.now())?, hash, |_| {}).await?;
    let mut lines = vec!["demo sign-ins:".to_owned()];
    for sign_in in world::sign_ins()? {
        lines.push(format!("  {:<10} {}   {}", sign_in.username.as_str(), sign_in.password, sign_in.who));
    }
    Ok(lines)
}

/// A store that was once a demo must not meet the public with the demo's passwords.
async fn refuse_public_sample(house: &House, keys: &Keys) -> Result<()> {
    let passwords = house.passwords(keys);
    let fits = async |hash: &str, password: &str| passwords.fits(&password.parse()?, Some(hash)).await;
    let exposed = world::exposed(&house.store, house.clock.now(), fits).await?;
    match exposed.first() {
        None => Ok(()),
        Some(name) => Err(Error::bad_request(format!(
            "{} holds the sample world, and {name} still has the password that everybody can read: run `hubbub clear-database`, or serve on 127.0.0.1 only",
            house.place()
        ))),
    }
}
