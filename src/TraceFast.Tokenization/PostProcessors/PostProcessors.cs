using TraceFast.Data.Json;
using TraceFast.Data;
using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.PostProcessors;

/// <summary>Adds the special tokens around the ids of a text.</summary>
internal interface IPostProcessor
{
    List<int> Process(List<int> ids);
}

/// <summary>
/// Special tokens and the text in a fixed order; of TemplateProcessing the template for a single text. BertProcessing and
/// RobertaProcessing are the template [CLS] text [SEP].
/// </summary>
internal sealed class TemplatePostProcessor : IPostProcessor
{
    // Null represents the text.
    private readonly IReadOnlyList<int[]?> _pieces;

    private TemplatePostProcessor(IReadOnlyList<int[]?> pieces) => _pieces = pieces;

    public static TemplatePostProcessor Read(JsonConfig value)
    {
        Dictionary<string, int[]> special = new(StringComparer.Ordinal);
        foreach ((string name, JsonConfig token) in value.Required("special_tokens").Members())
            special[name] = [.. token.Required("ids").Items().Select(i => i.AsInteger())];
        List<int[]?> pieces = new();
        foreach (JsonConfig piece in value.Required("single").Items())
        {
            if (piece.Optional("SpecialToken") is { } token)
            {
                string name = token.Text("id");
                pieces.Add(special.TryGetValue(name, out int[]? ids)
                    ? ids
                    : throw token.Error($"the special token \"{name}\"", "one of special_tokens"));
            }
            else
            {
                string sequence = piece.Required("Sequence").Text("id");
                if (sequence != "A")
                    throw piece.Error($"the sequence \"{sequence}\"", "\"A\" in the template for a single text");
                pieces.Add(null);
            }
        }
        if (pieces.Count(p => p is null) != 1)
            throw value.Required("single").Error($"the text {pieces.Count(p => p is null)} times", "it once");
        return new TemplatePostProcessor(pieces);
    }

    /// <summary>Reads BertProcessing or RobertaProcessing: <c>sep</c> and <c>cls</c>, each [token, id].</summary>
    public static TemplatePostProcessor ReadClassifierAndSeparator(JsonConfig value) =>
        new([[PairId(value.Required("cls"))], null, [PairId(value.Required("sep"))]]);

    public List<int> Process(List<int> ids)
    {
        List<int> all = new(ids.Count + _pieces.Count);
        foreach (int[]? piece in _pieces)
            all.AddRange((IEnumerable<int>?)piece ?? ids);
        return all;
    }

    private static int PairId(JsonConfig pair)
    {
        IReadOnlyList<JsonConfig> items = pair.Items();
        if (items.Count != 2)
            throw pair.Error($"{items.Count} items", "a token and its id");
        items[0].AsText();
        return items[1].AsInteger();
    }
}

/// <summary>Reads <c>post_processor</c> into the steps that add tokens; ByteLevel, which only moves offsets, adds none.</summary>
internal static class PostProcessorReader
{
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static IPostProcessor[] Read(JsonConfig? section)
    {
        List<IPostProcessor> steps = new();
        if (section is { } value)
            Add(value, steps);
        return [.. steps];
    }

    private static void Add(JsonConfig value, List<IPostProcessor> steps)
    {
        string type = value.Text("type");
        switch (type)
        {
            case "Sequence":
                foreach (JsonConfig item in value.Required("processors").Items())
                    Add(item, steps);
                break;
            case "ByteLevel":
                break;
            case "TemplateProcessing":
                steps.Add(TemplatePostProcessor.Read(value));
                break;
            case "BertProcessing" or "RobertaProcessing":
                steps.Add(TemplatePostProcessor.ReadClassifierAndSeparator(value));
                break;
            default:
                throw value.Required("type").Error($"the post-processor \"{type}\"",
                    "one of Sequence, ByteLevel, TemplateProcessing, BertProcessing, RobertaProcessing");
        }
    }
}
