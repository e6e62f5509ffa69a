using TraceFast.Inference.Decoding;

namespace TraceFast.Inference.Generation;

/// <summary>
/// An exported model that continues prompts, open in this process (<see cref="TextModel"/>) or in another (<see cref="DecodingProcess"/>).
/// </summary>
public interface ITextGenerator : IDisposable
{
    /// <summary>The most tokens that a row may have, its new ones included.</summary>
    int ContextLength { get; }

    /// <summary>Ids that end any text: those of the model's configuration.</summary>
    IReadOnlySet<int> StopIds { get; }

    /// <summary>Decodes requests together; each result comes when it is complete.</summary>
    /// <param name="requests">All of them.</param>
    /// <param name="options">How they share the model.</param>
    /// <param name="cancellation">Ends it; results that are not complete are lost.</param>
    IEnumerable<DecodeResult> Generate(IReadOnlyList<DecodeRequest> requests, DecodeOptions options, CancellationToken cancellation);
}
