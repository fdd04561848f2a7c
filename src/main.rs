use std::process::ExitCode;

fn main() -> ExitCode {
    hubbub::command::run(async |serving| {
        serving.greeting.iter().for_each(hubbub::command::say);
        let stopped = tokio::signal::ctrl_c().await.map_err(hubbub::error::Error::internal);
        serving.store.close().await;
        stopped
    })
}
