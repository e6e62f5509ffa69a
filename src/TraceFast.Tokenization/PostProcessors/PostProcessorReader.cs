using TraceFast.Tokenization.Loading;

namespace TraceFast.Tokenization.PostProcessors;

/// <summary>Reads <c>$.post_processor</c> into the steps that add tokens; ByteLevel, which only moves offsets, adds none.</summary>
internal static class PostProcessorReader
{
    /// <exception cref="Data.InputException">A type that is not supported, or a malformed setting.</exception>
    public static IPostProcessor[] Read(JsonValue? section)
    {
        var steps = new List<IPostProcessor>();
        if (section is { } value)
            Add(value, steps);
        return [.. steps];
    }

    private static void Add(JsonValue value, List<IPostProcessor> steps)
    {
        string type = value.Text("type");
        switch (type)
        {
            case "Sequence":
                foreach (JsonValue item in value.Required("processors").Items())
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
