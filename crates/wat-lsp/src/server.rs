//! Putting it together: streams, service, writer, and the end.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tower_lsp_server::{LspService, Server};

use crate::backend::Backend;
use crate::desk::{Desk, Phase};
use crate::ordering::Ordered;
use crate::{files, parent, writer};

/// Far above the pool, so that an edit or a cancellation never waits behind requests.
const CONCURRENCY: usize = 1 << 16;

/// Serves one client over standard input and output until it leaves, or until the process `client` is gone. Returns the
/// exit status of the process: 0 after `shutdown`, 1 without, 70 if the server cannot start. So many threads answer requests,
/// but two at least.
pub fn run_stdio(client: Option<u32>, threads: usize) -> i32 {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().build() else {
        return 70;
    };
    let serving = serve_for(client, threads, tokio::io::stdin(), tokio::io::stdout());
    let status = runtime.block_on(serving);
    // A thread may still sleep in a read of standard input.
    runtime.shutdown_background();
    status.unwrap_or(70)
}

/// Serves one client over any pair of streams. Returns 0 after `shutdown`, else 1.
///
/// # Errors
/// If the threads of the server cannot be started.
pub async fn serve<I, O>(input: I, output: O) -> io::Result<i32>
where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    let threads = thread::available_parallelism().map_or(1, |number| number.get());
    serve_for(None, threads, input, output).await
}

async fn serve_for<I, O>(
    process: Option<u32>,
    threads: usize,
    input: I,
    output: O,
) -> io::Result<i32>
where
    I: AsyncRead + Unpin,
    O: AsyncWrite,
{
    let desk = Arc::new(Desk::default());
    if let Some(id) = process {
        let desk = desk.clone();
        parent::watch(id, move || desk.hang_up());
    }
    writer::start(&desk, threads)?;
    let mut handle = None;
    let (inner, socket) = LspService::new(|client| {
        handle = Some(client.clone());
        Backend {
            client,
            desk: desk.clone(),
        }
    });
    let client = handle.expect("the constructor above has run");
    let service = Ordered {
        inner,
        client: client.clone(),
        desk: desk.clone(),
    };
    let input = UntilEnd {
        input,
        desk: desk.clone(),
    };
    let serving = Server::new(input, output, socket)
        .concurrency_level(CONCURRENCY)
        .serve(service);
    let publishing = async {
        loop {
            while let Some(params) = desk.next_mail() {
                client
                    .publish_diagnostics(params.uri, params.diagnostics, params.version)
                    .await;
            }
            desk.mail.notified().await;
        }
    };
    tokio::select! {
        () = serving => {}
        () = publishing => {}
        () = desk.hung_up.notified() => {}
    }
    desk.stop();
    Ok(match desk.phase() {
        Phase::ShutDown => 0,
        Phase::Fresh | Phase::Running => 1,
    })
}

/// Reads the sources of folders beside everything else and puts them on the desk.
pub(crate) fn read_ahead(desk: &Arc<Desk>, folders: Vec<String>) {
    if folders.is_empty() {
        return;
    }
    let desk = desk.clone();
    let read = move || {
        for folder in folders {
            desk.loaded(files::walk(&folder));
        }
    };
    // Without the thread, files are still read when a program loads them.
    let _ = thread::Builder::new()
        .name("wat-lsp files".to_owned())
        .spawn(read);
}

/// An input that tells the desk when it ends, so that nothing is waited for any more.
struct UntilEnd<I> {
    input: I,
    desk: Arc<Desk>,
}

impl<I: AsyncRead + Unpin> AsyncRead for UntilEnd<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let result = ready!(Pin::new(&mut self.input).poll_read(context, buffer));
        if result.is_err() || buffer.filled().len() == before {
            self.desk.stop();
        }
        Poll::Ready(result)
    }
}
