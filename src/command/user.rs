//! `hubbub user`: accounts from the command line, above all the first administrator.

use std::str::FromStr;

use clap::{Subcommand, ValueEnum};

use super::house::{House, or_through_the_server};
use super::{logging, say, terminal};
use crate::auth::NewPassword;
use crate::clock;
use crate::config::{Config, Keys, Loaded};
use crate::error::{Error, Result};
use crate::model::{self, Email, Epoch, Status, Username};
use crate::store::{Among, Edits};

/// Accounts: add one, set a password, list them
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:
  hubbub user add --username ann --email ann@example.org --role super_admin
  hubbub user passwd --username ann --password-stdin < secret.txt
  hubbub user list")]
pub(super) struct User {
    #[command(subcommand)]
    errand: Errand,
}

#[derive(Debug, Subcommand)]
enum Errand {
    /// Make an account; its password is asked for, or read from a pipe
    #[command(after_help = "Examples:
  hubbub user add --username ann --email ann@example.org --role super_admin
  echo 'correct horse' | hubbub user add --username bob --email bob@example.org --password-stdin")]
    Add(Add),
    /// Set a password and end every session of that user
    #[command(after_help = "Examples:
  hubbub user passwd --username ann
  hubbub user passwd --username ann --password-stdin < secret.txt")]
    Passwd(Passwd),
    /// Print every account
    #[command(after_help = "Examples:
  hubbub user list
  hubbub user list --data-dir /var/lib/hubbub")]
    List,
}

#[derive(Debug, clap::Args)]
struct Add {
    /// What the account is called
    #[arg(long, value_parser = parsed::<Username>)]
    username: Username,
    /// Its e-mail address
    #[arg(long, value_parser = parsed::<Email>)]
    email: Email,
    /// What it may do
    #[arg(long, value_enum, default_value_t = Role::User)]
    role: Role,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Debug, clap::Args)]
struct Passwd {
    /// Whose password
    #[arg(long, value_parser = parsed::<Username>)]
    username: Username,
    /// Read the password from standard input
    #[arg(long)]
    password_stdin: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
#[value(rename_all = "snake_case")]
enum Role {
    User,
    SuperAdmin,
}

impl User {
    pub(super) async fn run(self, loaded: Loaded) -> Result<()> {
        let config = loaded.config;
        logging::for_command(&config)?;
        match self.errand {
            Errand::Add(add) => {
                let (house, keys) = open(&config, "POST /api/admin/users").await?;
                let added = add.run(&house, &keys).await;
                house.close(added).await
            }
            Errand::Passwd(passwd) => {
                let (house, keys) = open(&config, "PUT /api/auth/change-password").await?;
                let set = passwd.run(&house, &keys).await;
                house.close(set).await
            }
            Errand::List => {
                let house = House::open(config.clone()).await;
                let house = house.map_err(|error| or_through_the_server(error, &config, "GET /api/users"))?;
                let listed = list(&house).await;
                house.close(listed).await
            }
        }
    }
}

/// Reads a flag, with the sentence of the error and not its code.
fn parsed<T: FromStr<Err = Error>>(text: &str) -> std::result::Result<T, String> {
    text.parse().map_err(|error: Error| error.message().to_owned())
}

async fn open(config: &Config, route: &str) -> Result<(House, Keys)> {
    let opened = House::open_with_keys(config.clone()).await;
    opened.map_err(|error| or_through_the_server(error, config, route))
}

impl Add {
    async fn run(self, house: &House, keys: &Keys) -> Result<()> {
        let password = terminal::new_password(self.password_stdin)?;
        let user = self.user(house, keys, &password).await?;
        house.store.users.insert(&user).await.map_err(|rejected| {
            let taken = [
                ("username", &format!("the username {}", user.username)),
                ("email", &format!("the address {}", user.email)),
            ];
            match taken.iter().find(|(index, _)| rejected.taken(index)) {
                Some((_, what)) => Error::conflict(format!("{what} is taken; see `hubbub user list`")),
                None => rejected.into(),
            }
        })?;
        say(format!("added {}", user.username));
        Ok(())
    }

    async fn user(self, house: &House, keys: &Keys, password: &NewPassword) -> Result<model::User> {
        password.must_differ_from(&[self.username.as_str(), self.email.as_str()])?;
        let now = house.clock.now();
        Ok(model::User {
            id: house.clock.id(),
            username_key: self.username.folded(),
            username: self.username,
            email: self.email,
            password_hash: house.passwords(keys).hash(password).await?,
            role: match self.role {
                Role::User => model::Role::User,
                Role::SuperAdmin => model::Role::SuperAdmin,
            },
            status: Status::Active,
            authz_epoch: 0,
            epoch: Epoch(clock::nonce()),
            display_name: None,
            bio: None,
            avatar_url: None,
            created_at: now,
            updated_at: now,
            last_login_at: None,
        })
    }
}

impl Passwd {
    async fn run(self, house: &House, keys: &Keys) -> Result<()> {
        let user = house.store.users.by_username(&self.username.folded()).await?;
        let user = user.ok_or_else(|| {
            Error::new(
                crate::error::Code::NotFound,
                format!("there is no {}; see `hubbub user list`", self.username),
            )
        })?;
        let password = terminal::new_password(self.password_stdin)?;
        password.must_differ_from(&[user.username.as_str(), user.email.as_str()])?;
        let password_hash = Some(house.passwords(keys).hash(&password).await?);
        let now = house.clock.now();
        // The rise of authzEpoch that goes with a new password is what ends tokens; sessions follow.
        house.store.users.edit(user.id, &Edits { password_hash, ..Edits::default() }, now).await?;
        let ended = house.store.sessions.revoke_all(user.id, None, now).await?;
        say(format!("{} has a new password; {ended} sessions were ended", user.username));
        Ok(())
    }
}

const PAGE: u64 = 100;

async fn list(house: &House) -> Result<()> {
    say(format!("{:<31}{:<13}{:<10}{:<26}{}", "username", "role", "status", "last signed in", "email"));
    let mut skip = 0;
    loop {
        let users = house.store.users.page(&Among::default(), skip, PAGE).await?;
        for user in &users {
            let role = match user.role {
                model::Role::User => "user",
                model::Role::SuperAdmin => "super_admin",
            };
            let status = match user.status {
                Status::Active => "active",
                Status::Inactive => "inactive",
            };
            let seen = user.last_login_at.map_or_else(|| "never".to_owned(), |at| at.to_string());
            say(format!("{:<31}{role:<13}{status:<10}{seen:<26}{}", user.username.as_str(), user.email));
        }
        if (users.len() as u64) < PAGE {
            return Ok(());
        }
        skip += PAGE;
    }
}
