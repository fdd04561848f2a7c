//! The guarded client (S-92): where it goes, where it never goes, and how much it takes from anybody.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hubbub::outbound::{BODY, Client, Failure, Hosts, Page, WHOLE};
use tokio::sync::mpsc;
use tokio::time::Instant;
use tokio_rustls::rustls::RootCertStore;

use crate::web::{PUBLIC, Site, Speech, Web, proof};

fn client(web: &Arc<Web>) -> Client {
    Client::over(web.clone(), RootCertStore::empty(), Hosts::default()).unwrap()
}

/// A web with a server that says this, and traps on this machine.
async fn web(says: impl Fn(String) -> Speech + Send + Sync + 'static) -> (Arc<Web>, Client, Site) {
    let (web, site) = (Arc::new(Web::default()), Site::new(says).await);
    web.lead_to(site.address);
    web.set_trap();
    (web.clone(), client(&web), site)
}

fn text(page: Result<Page, Failure>) -> String {
    String::from_utf8(page.unwrap().body).unwrap()
}

fn path(head: &str) -> &str {
    head.split(' ').nth(1).unwrap()
}

#[tokio::test]
async fn a_page_is_asked_for_without_a_word_about_who_wants_it() {
    let heard = Arc::new(Mutex::new(String::new()));
    let ears = heard.clone();
    let says = move |head| {
        *ears.lock().unwrap() = head;
        Speech::page("<title>Tides</title>")
    };
    let (web, client, _site) = web(says).await;
    assert_eq!(text(client.page("http://example.org/a?b=c#d").await), "<title>Tides</title>");
    let head = heard.lock().unwrap().to_ascii_lowercase();
    let mut lines: Vec<_> = head.trim_end().split("\r\n").collect();
    lines.sort_unstable();
    let agent = format!("user-agent: hubbub/{} (link previews)", env!("CARGO_PKG_VERSION"));
    let wanted = [
        "accept-encoding: identity",
        "accept: text/html",
        "get /a?b=c http/1.1",
        "host: example.org",
        &agent,
    ];
    assert_eq!(lines, wanted);
    assert_eq!(web.connected(), [SocketAddr::new(PUBLIC, 80)]);
}

#[tokio::test]
async fn addresses_that_are_not_of_the_public_web_are_never_asked_s92() {
    let (web, client, _site) = web(|_| Speech::page("")).await;
    // The trap works: whoever goes there is seen.
    std::net::TcpStream::connect(("127.0.0.1", web.trap().port())).unwrap();
    std::net::TcpStream::connect(("::1", web.trap().port())).unwrap();
    assert_eq!(web.trapped(), 2);
    for host in [
        "127.0.0.1",
        "127.1",
        "127.0.0.1.",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "0177.0.0.1",
        "017700000001",
        "0",
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "169.254.169.254",
        "172.16.0.1",
        "192.168.1.1",
        "198.18.0.1",
        "192.0.2.1",
        "203.0.113.1",
        "224.0.0.1",
        "255.255.255.255",
        "[::]",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::1]",
        "[2002:7f00:1::]",
        "[2001::1]",
        "[2001:db8::1]",
        "[fe80::1]",
        "[fc00::1]",
        "[fd00:ec2::254]",
        "[ff02::1]",
        "１２７.０.０.１",
        "127。0。0。1",
        "%31%32%37.0.0.1",
    ] {
        for address in [format!("http://{host}/"), format!("https://{host}/")] {
            assert_eq!(client.page(&address).await, Err(Failure::Private), "{address}");
        }
    }
    assert_eq!((web.resolved(), web.connected(), web.trapped()), (vec![], vec![], 0));
}

#[tokio::test]
async fn names_that_lead_into_a_private_network_are_never_asked_s92() {
    let (web, client, _site) = web(|_| Speech::page("")).await;
    let public = PUBLIC.to_string();
    let inside =
        ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "fd00::1"];
    for (number, address) in inside.iter().enumerate() {
        for (which, answer) in
            [vec![*address], vec![&public, *address], vec![*address, &public]].iter().enumerate()
        {
            let name = format!("a{number}-{which}.example");
            web.name(&name, &[answer]);
            assert_eq!(client.page(&format!("http://{name}/")).await, Err(Failure::Private), "{answer:?}");
        }
    }
    web.name("nobody.example", &[&[]]);
    assert_eq!(client.page("http://nobody.example/").await, Err(Failure::Unreachable));
    assert_eq!((web.connected(), web.trapped()), (vec![], 0));
}

#[tokio::test]
async fn a_name_is_resolved_once_and_the_connection_goes_where_was_looked_s92() {
    let (web, client, _site) = web(|_| Speech::page("here")).await;
    web.name("rebind.example", &[&[&PUBLIC.to_string()], &["127.0.0.1"]]);
    assert_eq!(text(client.page("http://rebind.example/").await), "here");
    assert_eq!(web.resolved(), ["rebind.example"]);
    assert_eq!(web.connected(), [SocketAddr::new(PUBLIC, 80)]);
    assert_eq!(client.page("http://rebind.example/").await, Err(Failure::Private));
    assert_eq!((web.connected(), web.trapped()), (vec![], 0));
}

#[tokio::test]
async fn only_the_web_on_its_own_ports_and_without_a_name_is_asked_s92() {
    let (web, client, _site) = web(|_| Speech::page("")).await;
    for address in [
        "file:///etc/passwd",
        "gopher://example.org/",
        "ftp://example.org/",
        "dict://example.org:80/",
        "data:text/html,x",
        "javascript:alert(1)",
        "http://",
        "http:///",
        "//example.org/",
        "/a",
        "",
        "http://example.org:22/",
        "http://example.org:8080/",
        "http://example.org:0/",
        "http://example.org:65536/",
        "http://ann@example.org/",
        "http://ann:b@example.org/",
        "http://:b@example.org/",
        "http://example.org@127.0.0.1/",
        "https://a b.example/",
        "ws://example.org/",
        "unix:/run/docker.sock",
    ] {
        assert_eq!(client.page(address).await, Err(Failure::Address), "{address}");
    }
    assert_eq!((web.resolved(), web.connected(), web.trapped()), (vec![], vec![], 0));
}

#[tokio::test]
async fn every_redirect_is_looked_at_anew_s92() {
    let place = Arc::new(Mutex::new(String::new()));
    let told = place.clone();
    let says = move |head: String| match path(&head) {
        "/" => Speech::redirect(&told.lock().unwrap()),
        _ => Speech::page("arrived"),
    };
    let (web, client, _site) = web(says).await;
    web.name("inside.example", &[&["127.0.0.1"]]);
    for (to, failure) in [
        ("http://127.0.0.1/a", Failure::Private),
        ("http://[::1]/a", Failure::Private),
        ("http://2130706433/a", Failure::Private),
        ("//169.254.169.254/latest/meta-data/", Failure::Private),
        ("http://inside.example/a", Failure::Private),
        ("http://example.org:6379/a", Failure::Address),
        ("http://ann@example.org/a", Failure::Address),
        ("file:///etc/passwd", Failure::Address),
        ("gopher://example.org/a", Failure::Address),
        ("http://example.org/", Failure::Redirects),
    ] {
        *place.lock().unwrap() = to.into();
        assert_eq!(client.page("http://example.org/").await, Err(failure), "{to}");
        assert!(web.connected().iter().all(|place| place.ip() == PUBLIC), "{to}");
    }
    for to in ["/a", "a", "//www.example.org/a", "http://www.example.org:80/a"] {
        *place.lock().unwrap() = to.into();
        assert_eq!(text(client.page("http://example.org/").await), "arrived", "{to}");
    }
    assert_eq!(web.trapped(), 0);
}

#[tokio::test]
async fn three_redirects_are_followed_and_no_fourth() {
    let says = |head: String| match path(&head) {
        "/0" => Speech::page("arrived"),
        more => Speech::redirect(&format!("/{}", more.trim_start_matches('/').parse::<u32>().unwrap() - 1)),
    };
    let (_web, client, _site) = web(says).await;
    let page = client.page("http://example.org/3").await.unwrap();
    assert_eq!((page.url.as_str(), page.body), ("http://example.org/0", b"arrived".to_vec()));
    assert_eq!(client.page("http://example.org/4").await, Err(Failure::Redirects));
}

#[tokio::test]
async fn hosts_that_the_operator_does_not_want_are_not_asked_nor_redirected_to() {
    let (web, _, _site) = web(|_| Speech::redirect("http://bad.example.org/")).await;
    let hosts = Hosts { allow: vec!["example.org".into()], deny: vec!["bad.example.org".into()] };
    let client = Client::over(web.clone(), RootCertStore::empty(), hosts).unwrap();
    for address in ["http://example.com/", "http://bad.example.org/", "http://93.184.216.34/"] {
        assert_eq!(client.page(address).await, Err(Failure::Host), "{address}");
    }
    assert_eq!((web.resolved(), web.connected()), (vec![], vec![]));
    assert_eq!(client.page("http://example.org/").await, Err(Failure::Host));
    assert_eq!(web.resolved(), ["example.org"]);
}

#[tokio::test]
async fn what_is_no_page_is_not_taken() {
    let ok = "HTTP/1.1 200 OK\r\ncontent-type: ";
    for (says, failure) in [
        (format!("{ok}application/json\r\n\r\n{{}}"), Failure::NoPage),
        (format!("{ok}image/svg+xml\r\n\r\n<svg/>"), Failure::NoPage),
        (format!("{ok}text/html\r\ncontent-encoding: gzip\r\n\r\nx"), Failure::NoPage),
        (format!("{ok}text/html\r\ncontent-encoding: br\r\n\r\nx"), Failure::NoPage),
        ("HTTP/1.1 200 OK\r\n\r\n<title>x</title>".into(), Failure::NoPage),
        ("HTTP/1.1 404 Not Found\r\ncontent-type: text/html\r\n\r\n<title>x</title>".into(), Failure::NoPage),
        ("HTTP/1.1 302 Found\r\n\r\n".into(), Failure::NoPage),
        ("SSH-2.0-OpenSSH_9.6\r\n".into(), Failure::Unreachable),
        (String::new(), Failure::Unreachable),
        (format!("{ok}text/html\r\ncontent-length: 9\r\n\r\nx"), Failure::Unreachable),
        (format!("{ok}text/html\r\ntransfer-encoding: chunked\r\n\r\nnonsense"), Failure::Unreachable),
    ] {
        let said = says.clone();
        let (_web, client, _site) = web(move |_| Speech::once(said.clone())).await;
        assert_eq!(client.page("http://example.org/").await, Err(failure), "{says}");
    }
}

#[tokio::test]
async fn an_endless_page_is_read_up_to_a_bound_and_an_endless_head_is_none_s92() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n";
    let says = move |asked: String| match path(&asked) {
        "/body" => Speech { first: format!("{head}\r\n").into(), then: vec![b'x'; 65_536], holds: false },
        _ => Speech { first: head.into(), then: b"x-more: of the same\r\n".to_vec(), holds: false },
    };
    let (_web, client, _site) = web(says).await;
    assert_eq!(client.page("http://example.org/body").await.unwrap().body.len(), BODY);
    assert_eq!(client.page("http://example.org/head").await, Err(Failure::Unreachable));
}

#[tokio::test]
async fn who_is_slow_is_left_s92() {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n\r\n";
    for first in ["", "HTTP/1.1 200 OK\r\n", head, &format!("{head}x")] {
        let (tell, mut told) = mpsc::unbounded_channel();
        let first = first.to_owned();
        let says = move |_| {
            tell.send(()).unwrap();
            Speech { first: first.clone().into(), then: Vec::new(), holds: true }
        };
        let (_web, client, _site) = web(says).await;
        let asked = tokio::spawn(async move { client.page("http://example.org/").await });
        told.recv().await.unwrap();
        let begun = Instant::now();
        // Time passes by itself where nobody has anything to do.
        tokio::time::pause();
        assert_eq!(asked.await.unwrap(), Err(Failure::Slow));
        assert!(begun.elapsed() < WHOLE * 2);
        tokio::time::resume();
    }
}

#[tokio::test]
async fn over_tls_a_server_proves_who_it_is() {
    let (roots, acceptor) = proof("example.org");
    let site = Site::with(|_| Speech::page("proved"), Some(acceptor)).await;
    let web = Arc::new(Web::default());
    web.lead_to(site.address);
    let trusting = Client::over(web.clone(), roots, Hosts::default()).unwrap();
    assert_eq!(text(trusting.page("https://example.org/").await), "proved");
    assert_eq!(web.connected(), [SocketAddr::new(PUBLIC, 443)]);
    assert_eq!(trusting.page("https://example.com/").await, Err(Failure::Unreachable), "another's proof");
    assert_eq!(client(&web).page("https://example.org/").await, Err(Failure::Unreachable), "nobody's proof");
}
