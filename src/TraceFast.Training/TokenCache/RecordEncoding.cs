using TraceFast.Tokenization.Chat;
using TraceFast.Training.Encoding;

namespace TraceFast.Training.TokenCache;

/// <summary>How the records of a run become tokens.</summary>
/// <param name="Format">Null: records of text cannot be encoded.</param>
/// <param name="Unavailable">Why there is no format; matters only if there is a record of text.</param>
internal sealed record RecordEncoding(ChatFormat? Format, InputException? Unavailable, EncodingOptions Options)
{
    public RecordEncoder Encoder { get; } = new(Format, Options);

    /// <summary>All that tokens depend on besides the records, this program's own code included.</summary>
    public IEnumerable<string> Facts =>
    [
        Format?.ContentHash ?? "no format", $"{Options}",
        .. new[] { typeof(RecordEncoder), typeof(ChatFormat), typeof(DataSource) }.Select(
            type => $"{type.Module.ModuleVersionId}"),
    ];
}
