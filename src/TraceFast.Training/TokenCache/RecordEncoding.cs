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
        // What is left out says each run for itself: it changes no token.
        Format?.ContentHash ?? "no format", $"{Options with { Overflow = Kept(Options.Overflow), SkipBadRecords = false }}",
        $"{Environment.Version}",
        .. new[] { typeof(RecordEncoder), typeof(ChatFormat), typeof(DataSource) }.Select(
            type => $"{type.Module.ModuleVersionId}"),
    ];

    private static OverflowRule Kept(OverflowRule rule) => rule == OverflowRule.Error ? OverflowRule.Drop : rule;
}
