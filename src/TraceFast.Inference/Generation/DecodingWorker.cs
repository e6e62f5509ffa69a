using System.Collections.Concurrent;
using System.Diagnostics;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Generation;

/// <summary>
/// The other side of a <see cref="DecodingProcess"/>: answers its requests until the input ends, as it does when that process closes it or
/// dies.
/// </summary>
public sealed class DecodingWorker : IDisposable
{
    private readonly TextWriter _output;
    private readonly CancellationTokenSource _inputEnded = new();
    private readonly BlockingCollection<string> _requests = [];
    private TextModel? _model;

    private DecodingWorker(TextWriter output) => _output = output;

    /// <param name="output">Gets the answers, one a line, and nothing else.</param>
    public static void Run(TextReader input, TextWriter output)
    {
        using DecodingWorker worker = new(output);
        // Reads on while a request is computed: the end of the input ends the computation.
        Thread reader = new(() => worker.Read(input)) { IsBackground = true, Name = "requests" };
        reader.Start();
        try
        {
            foreach (string line in worker._requests.GetConsumingEnumerable())
                worker.Answer(line);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
            // Nobody waits for the answer any more.
        }
        reader.Join();
    }

    public void Dispose()
    {
        _model?.Dispose();
        _requests.Dispose();
        _inputEnded.Dispose();
    }

    private void Read(TextReader input)
    {
        while (input.ReadLine() is { } line)
            _requests.Add(line);
        _inputEnded.Cancel();
        _requests.CompleteAdding();
    }

    private void Answer(string line)
    {
        try
        {
            switch (DecodingMessage.FromLine(line))
            {
                case OpenModel open:
                    Close();
                    _model = TextModel.Open(open.Folder, open.Settings);
                    Send(new ModelOpened(_model.Decoder.ContextLength, [.. _model.StopIds]));
                    break;
                case DecodePrompts decode:
                    Decode(decode);
                    break;
                case CloseModel:
                    Close();
                    Send(new ModelClosed());
                    break;
                case { } other:
                    throw new UnreachableException($"{other.GetType().Name} is no request");
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            Send(e switch
            {
                InputException => new RequestFailed(FailureKind.Input, e.Message),
                MissingProviderException => new RequestFailed(FailureKind.MissingProvider, e.Message),
                _ => new RequestFailed(FailureKind.Other, $"{e.GetType().Name}: {e.Message}"),
            });
        }
    }

    private void Decode(DecodePrompts decode)
    {
        TextModel open = _model ?? throw new InvalidOperationException("no model is open");
        // A request's own index keys its random numbers; what comes back names its place in the list.
        Dictionary<DecodeRequest, int> places = new(ReferenceEqualityComparer.Instance);
        for (int i = 0; i < decode.Requests.Length; i++)
            places[decode.Requests[i]] = i;
        DecodeOptions options = new()
        {
            Batch = decode.Batch, ChunkLength = decode.ChunkLength, Batching = decode.Batching, Threads = decode.Threads,
        };
        foreach (DecodeResult result in open.Generate(decode.Requests, options, cancellation: _inputEnded.Token))
            Send(new PromptDecoded(places[result.Request], result.Ids, result.Text, result.FinishReason));
        Send(new PromptsDone());
    }

    private void Send(DecodingMessage message)
    {
        _output.WriteLine(message.ToLine());
        _output.Flush();
    }

    private void Close()
    {
        _model?.Dispose();
        _model = null;
    }
}
