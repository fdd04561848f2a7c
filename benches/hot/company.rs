//! A whole server in this process: one member, one channel, and as many sockets as are asked for.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::LazyLock;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use hubbub::app::App;
use hubbub::clock::Clock;
use hubbub::config::{Config, Keys};
use hubbub::model::{Channel, Id};
use hubbub::policy::Actor;
use hubbub::server::{Server, Settings};
use hubbub::service::accounts::Device;
use hubbub::store::{Opening, Store};
use serde_json::{Value, json};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::rig::{folder, wait};

/// A measurement in which somebody hears nothing for so long has failed.
const PATIENCE: Duration = Duration::from_secs(30);

pub static COMPANY: LazyLock<Company> = LazyLock::new(|| wait(Company::open()));

pub struct Company {
    pub app: App,
    pub actor: Actor,
    pub authz_epoch: i64,
    pub channel: Id<Channel>,
    address: SocketAddr,
    token: String,
}

/// Sockets that sit in the channel and say when they have heard a message.
pub struct Audience {
    sockets: usize,
    heard: mpsc::UnboundedReceiver<()>,
    listeners: JoinSet<()>,
}

fn from<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

/// Room for everybody from one address, as one user.
fn roomy() -> Config {
    let mut config = Config::default();
    config.server.bind = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    config.auth.bcrypt_cost = 4;
    config.server.max_connections_per_address = 100_000;
    config.limits.requests_per_second_per_address = 1_000_000;
    config.limits.requests_burst = 1_000_000;
    config.sockets.per_user = 10_000;
    // They all share the pace of one sign-in.
    (config.sockets.events_per_second, config.sockets.events_burst) = (100_000, 100_000);
    config
}

impl Company {
    async fn open() -> Company {
        let (config, folder) = (roomy(), folder());
        let store = Store::open(&Opening::embedded(folder, Clock::system())).await.unwrap();
        let app = App::new(&config, &Keys::random(), store, Clock::system());
        app.recover().await.unwrap();
        let device = Device { name: "bench".into(), address: IpAddr::from(Ipv4Addr::LOCALHOST) };
        let asked =
            json!({"username": "wanda", "email": "wanda@example.org", "password": "a fine day for a walk"});
        let token = app.accounts.register(from(asked), &device).await.unwrap().access_token;
        let admission = app.accounts.admit(&token).await.unwrap();
        let actor = admission.actor;
        let group = app.groups.create(&actor, from(json!({"name": "Sailors"}))).await.unwrap();
        let harbour = from(json!({"groupId": group.id, "name": "harbour"}));
        let channel = app.channels.create(&actor, harbour).await.unwrap().id;
        let server = Server::bind(app.clone(), Settings::from(&config)).unwrap();
        let address = server.address().unwrap();
        tokio::spawn(server.serve(std::future::pending()));
        Company { app, actor, authz_epoch: admission.authz_epoch, channel, address, token }
    }

    pub async fn audience(&self, sockets: usize) -> Audience {
        let (tell, heard) = mpsc::unbounded_channel();
        let mut listeners = JoinSet::new();
        // From here on: the newest page for each would weigh more than one sign-in may be answered.
        let head = self.app.logs.head(self.channel.into()).await.unwrap();
        let join = format!("420{}", json!(["join_channel", { "channelId": self.channel, "after": head }]));
        for _ in 0..sockets {
            listeners.spawn(listen(self.address, self.token.clone(), join.clone(), tell.clone()));
        }
        let mut audience = Audience { sockets, heard, listeners };
        // The first word of each is that it sits.
        audience.heard().await;
        audience
    }
}

async fn listen(address: SocketAddr, token: String, join: String, tell: mpsc::UnboundedSender<()>) {
    let url = format!("ws://{address}/socket.io/?EIO=4&transport=websocket");
    let (mut line, _) = connect_async(url).await.unwrap();
    line.send(Message::text(format!("40{}", json!({ "token": token })))).await.unwrap();
    while let Some(Ok(packet)) = line.next().await {
        let Message::Text(packet) = packet else { continue };
        if packet == "2" {
            line.send(Message::text("3")).await.unwrap();
        } else if packet.starts_with("40") {
            line.send(Message::text(join.as_str())).await.unwrap();
        } else if (packet.starts_with(r#"430[{"ok":true"#) || packet.starts_with(r#"42["new_message""#))
            && tell.send(()).is_err()
        {
            return;
        }
    }
}

impl Audience {
    /// Everybody has heard one more message.
    pub async fn heard(&mut self) {
        let everybody = async {
            for _ in 0..self.sockets {
                self.heard.recv().await.unwrap();
            }
        };
        timeout(PATIENCE, everybody).await.unwrap();
    }

    pub async fn leave(mut self) {
        self.listeners.shutdown().await;
    }
}
