using System.Diagnostics;
using System.Text;
using System.Text.Json;
using TraceFast.Data.Json;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Generation;

/// <summary>
/// The process that decodes ended, or failed for a reason other than its input; the message has what it last wrote to its error
/// stream.
/// </summary>
public sealed class DecodingProcessException(string message) : Exception(message);

/// <summary>
/// Decodes in a process of its own, for a program whose libtorch computes on a GPU: ONNX Runtime is built for another CUDA, and the two do
/// not go into one process. The process starts with the first model that is opened, serves any number of them one after the other, and ends
/// when this object is disposed or this process dies, since its input then ends; after a failure the next model gets a new one. Not for
/// several threads at once.
/// </summary>
public sealed class DecodingProcess : IDisposable
{
    private const int ErrorLines = 20;
    private static readonly UTF8Encoding s_utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private readonly ProcessStartInfo _program;
    private readonly Queue<string> _errors = new();
    private readonly Lock _gate = new();
    private Process? _process;

    /// <summary>A request has not been answered to its end.</summary>
    private bool _pending;

    /// <param name="program">
    /// Starts a program that does nothing but <see cref="DecodingWorker.Run"/> on its standard input and output.
    /// </param>
    public DecodingProcess(ProcessStartInfo program)
    {
        ArgumentNullException.ThrowIfNull(program);
        program.RedirectStandardInput = program.RedirectStandardOutput = program.RedirectStandardError = true;
        program.StandardInputEncoding = program.StandardOutputEncoding = program.StandardErrorEncoding = s_utf8;
        program.UseShellExecute = false;
        _program = program;
    }

    /// <summary>Of the process that runs; null: none does.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>Opens an exported model there; dispose it before the next one is opened.</summary>
    /// <exception cref="InputException">A file is absent or damaged.</exception>
    /// <exception cref="MissingProviderException">The device's provider is not there.</exception>
    /// <exception cref="DecodingProcessException">The process cannot be started, or died.</exception>
    public ITextGenerator Open(string folder, SessionSettings settings)
    {
        _process ??= Start();
        ModelOpened opened = Request<ModelOpened>(new OpenModel(folder, settings));
        return new RemoteModel(this, opened);
    }

    /// <summary>Ends the process and waits for its end.</summary>
    public void Dispose()
    {
        if (_process is null)
            return;
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It is dead already.
        }
        if (!_process.WaitForExit(TimeSpan.FromSeconds(10)))
            _process.Kill(entireProcessTree: true);
        Discard();
    }

    private Process Start()
    {
        Process started = new() { StartInfo = _program };
        lock (_errors)
            _errors.Clear();
        started.ErrorDataReceived += (_, line) =>
        {
            lock (_errors)
            {
                if (line.Data is not null)
                    _errors.Enqueue(line.Data);
                if (_errors.Count > ErrorLines)
                    _errors.Dequeue();
            }
        };
        try
        {
            started.Start();
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            started.Dispose();
            throw new DecodingProcessException($"the process that decodes cannot be started as {_program.FileName}: {e.Message}");
        }
        started.BeginErrorReadLine();
        return started;
    }

    private T Request<T>(DecodingMessage request)
        where T : DecodingMessage
    {
        Send(request);
        return Receive() as T ?? throw Broken($"it gave no {typeof(T).Name}");
    }

    private void Send(DecodingMessage request)
    {
        _pending = true;
        try
        {
            _process!.StandardInput.WriteLine(request.ToLine());
            _process.StandardInput.Flush();
        }
        catch (IOException)
        {
            throw Ended();
        }
    }

    private DecodingMessage Receive()
    {
        if (_process!.StandardOutput.ReadLine() is not { } line)
            throw Ended();
        DecodingMessage message;
        try
        {
            message = DecodingMessage.FromLine(line);
        }
        catch (JsonException e)
        {
            throw Broken($"its answer cannot be read: {JsonErrors.Describe(e)}");
        }
        _pending = message is PromptDecoded;
        return message is not RequestFailed failed ? message : throw (failed.Kind switch
        {
            FailureKind.Input => new DecodeException(failed.Reason),
            FailureKind.MissingProvider => new MissingProviderException(failed.Reason, null),
            _ => Broken(failed.Reason),
        });
    }

    private DecodingProcessException Ended()
    {
        if (!_process!.WaitForExit(TimeSpan.FromSeconds(10)))
            return Broken("it closed its output");
        _process.WaitForExit(); // with it its error stream is read to the end
        int code = _process.ExitCode;
        return Broken(code > 128 ? $"it was killed by signal {code - 128}" : $"it ended with exit code {code}");
    }

    /// <summary>The process is of no further use.</summary>
    private DecodingProcessException Broken(string what)
    {
        int id = _process!.Id;
        _process.Kill(entireProcessTree: true);
        Discard();
        lock (_errors)
        {
            string written = string.Concat(_errors.Select(line => $"\n  {line}"));
            return new DecodingProcessException($"the process that decodes ({id}) failed: {what}{written}");
        }
    }

    /// <summary>A killed process answers at once: with the end of its output.</summary>
    private void Kill()
    {
        lock (_gate)
            _process?.Kill(entireProcessTree: true);
    }

    private void Discard()
    {
        _process!.WaitForExit();
        lock (_gate)
        {
            _process.Dispose();
            _process = null;
        }
    }

    private sealed class RemoteModel(DecodingProcess owner, ModelOpened opened) : ITextGenerator
    {
        private readonly Process? _process = owner._process;

        public int ContextLength => opened.ContextLength;

        public IReadOnlySet<int> StopIds { get; } = opened.StopIds.ToHashSet();

        public IEnumerable<DecodeResult> Generate(
            IReadOnlyList<DecodeRequest> requests, DecodeOptions options, CancellationToken cancellation)
        {
            cancellation.ThrowIfCancellationRequested();
            if (owner._process is null || owner._process != _process)
                throw new DecodingProcessException("the process that decodes has ended; open the model again");
            using CancellationTokenRegistration registration = cancellation.Register(owner.Kill);
            try
            {
                DecodePrompts all = new([.. requests], options.Batch, options.ChunkLength, options.Batching, options.Threads);
                DecodingMessage answer = Next(all, cancellation);
                while (answer is PromptDecoded decoded)
                {
                    options.Stepped?.Invoke();
                    yield return new DecodeResult(requests[decoded.Request], decoded.Ids, decoded.Text, decoded.FinishReason);
                    answer = Next(null, cancellation);
                }
            }
            finally
            {
                // Answers that nobody waits for would be taken for those of the next request.
                if (owner._pending && owner._process is not null)
                {
                    owner.Kill();
                    owner.Discard();
                }
            }
        }

        public void Dispose()
        {
            if (owner._process is null || owner._process != _process)
                return; // it died; the caller gets the exception
            try
            {
                owner.Request<ModelClosed>(new CloseModel());
            }
            catch (DecodingProcessException)
            {
                // With the process its model is closed too; the next model gets a new one.
            }
        }

        private DecodingMessage Next(DecodingMessage? request, CancellationToken cancellation)
        {
            try
            {
                if (request is not null)
                    owner.Send(request);
                return owner.Receive();
            }
            catch (DecodingProcessException) when (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation);
            }
        }
    }
}
