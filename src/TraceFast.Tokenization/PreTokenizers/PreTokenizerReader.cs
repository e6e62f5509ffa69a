using TraceFast.Tokenization.Loading;
using TraceFast.Tokenization.Patterns;

namespace TraceFast.Tokenization.PreTokenizers;

/// <summary>Reads <c>$.pre_tokenizer</c> into a flat list of steps.</summary>
internal static class PreTokenizerReader
{
    /// <summary>
    /// The steps in order, and whether the encoder is to write the final pieces in the byte-level alphabet (a ByteLevel
    /// pre-tokenizer that nothing follows; then pieces can be looked up before they are rewritten).
    /// </summary>
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static (IPreTokenizer[] Steps, bool BytesAtEnd) Read(JsonValue? section)
    {
        var steps = new List<IPreTokenizer>();
        if (section is { } value)
        {
            Add(value, steps);
            ComponentLimits.CheckCount(value, steps.Count);
            // Each makes text beyond ASCII longer, so a chain of them would grow without end.
            if (steps.Count(s => s is ByteMapping) > 2)
                throw value.Error("ByteLevel more than twice", "it once");
        }
        bool bytesAtEnd = steps.Count > 0 && steps[^1] is ByteMapping;
        if (bytesAtEnd)
            steps.RemoveAt(steps.Count - 1);
        return ([.. steps], bytesAtEnd);
    }

    private static void Add(JsonValue value, List<IPreTokenizer> steps)
    {
        string type = value.Text("type");
        switch (type)
        {
            case "Sequence":
                foreach (JsonValue item in value.Required("pretokenizers").Items())
                    Add(item, steps);
                break;
            case "ByteLevel":
                steps.Add(new ByteLevelPreTokenizer(value.Flag("add_prefix_space"), value.Flag("use_regex", absent: true)));
                steps.Add(new ByteMapping());
                break;
            case "Split":
                steps.Add(new SplitPreTokenizer(PatternReader.Read(value.Required("pattern")), SplitBehaviors.Read(value.Required("behavior")),
                    value.Flag("invert")));
                break;
            case "Digits":
                steps.Add(new SplitPreTokenizer(new CodePointPattern(CharacterClasses.IsNumeric),
                    value.Flag("individual_digits") ? SplitBehavior.Isolated : SplitBehavior.Contiguous));
                break;
            case "Punctuation":
                steps.Add(new SplitPreTokenizer(new CodePointPattern(CharacterClasses.IsPunctuation),
                    value.Optional("behavior") is { } behavior ? SplitBehaviors.Read(behavior) : SplitBehavior.Isolated));
                break;
            case "Whitespace":
                steps.Add(new SplitPreTokenizer(new WordPattern(), SplitBehavior.Removed, invert: true));
                break;
            case "WhitespaceSplit":
                steps.Add(new SplitPreTokenizer(new CodePointPattern(CharacterClasses.IsWhiteSpace), SplitBehavior.Removed));
                break;
            case "CharDelimiterSplit":
                JsonValue delimiter = value.Required("delimiter");
                if (delimiter.AsText().EnumerateRunes().Count() != 1)
                    throw delimiter.Error(delimiter.Found(), "one character");
                steps.Add(new SplitPreTokenizer(new LiteralPattern(delimiter.AsText()), SplitBehavior.Removed));
                break;
            case "Metaspace":
                steps.Add(MetaspacePreTokenizer.Read(value));
                break;
            default:
                throw value.Required("type").Error($"the pre-tokenizer \"{type}\"",
                    "one of Sequence, ByteLevel, Split, Digits, Punctuation, Whitespace, WhitespaceSplit, CharDelimiterSplit, Metaspace");
        }
    }
}
