using TraceFast.Data;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Sampling;
using TraceFast.Tokenization;

namespace TraceFast.Inference.Generation;

/// <summary>A line of the data as it is decoded.</summary>
/// <param name="Id">The line's "id" as JSON (a text or a whole number); its line number where it has none.</param>
public sealed record Prompt(string Id, DecodeRequest Request);

/// <summary>What all lines of a run have in common.</summary>
public sealed record GenerationSettings
{
    public int MaxNewTokens { get; init; } = 512;

    public SamplingOptions Sampling { get; init; } = new();

    public IReadOnlyList<string> StopStrings { get; init; } = [];

    /// <summary>Goes on after the tokens that end a text, to the most new tokens.</summary>
    public bool IgnoreStopIds { get; init; }

    /// <summary>Puts around a "prompt" what the tokenizer's post-processor adds (for example a beginning-of-text token).</summary>
    public bool AddSpecialTokens { get; init; }
}

/// <summary>
/// The prompts of a file, one JSON object a line: "prompt" (text as the model reads it), "messages" (a conversation, through the chat template) or
/// "prompt_ids"; optionally "id" (a text or a whole number) and "seed". All lines are read before the first is decoded, so that an error in
/// the last one costs nothing.
/// </summary>
public static class PromptFile
{
    private static readonly string[] Forms = ["prompt", "messages", "prompt_ids"];

    /// <exception cref="InputException">At the first line that is not as it should be, with file and line.</exception>
    public static IReadOnlyList<Prompt> Read(string path, TextModel model, GenerationSettings settings)
    {
        settings.Sampling.Validate();
        if (settings.StopStrings.Count > 0 && model.Tokenizer is null)
            throw new InputException($"{model.Decoder.Folder}: tokenizer.json is missing, without which stop strings cannot be found");
        List<Prompt> prompts = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (JsonLine line in JsonLines.Read(path))
        {
            Prompt prompt = Read(line, prompts.Count, model, settings);
            if (!lines.TryAdd(prompt.Id, line.Line))
                throw line.Error($"'id' {prompt.Id} stands on line {lines[prompt.Id]} too; expected one for each line (a line without one takes its line number)");
            prompts.Add(prompt);
        }
        return prompts;
    }

    private static Prompt Read(JsonLine line, int index, TextModel model, GenerationSettings settings)
    {
        string[] found = [.. Forms.Where(line.Has)];
        if (found.Length != 1)
            throw line.Error($"found {(found.Length == 0 ? "none" : string.Join(" and ", found))} of 'prompt', 'messages' and 'prompt_ids', expected one of them");
        IReadOnlySet<int> stops = settings.IgnoreStopIds ? new HashSet<int>()
            : found[0] == "messages" ? model.StopIds.Union(model.Chat.StopTokenIds).ToHashSet() : model.StopIds;
        int[] ids = Ids(line, found[0], model, settings);
        DecodeRequest request = new(ids, settings.MaxNewTokens)
        {
            Index = index,
            Sampling = line.Has("seed") ? settings.Sampling with { Seed = (ulong)line.Integer("seed") } : settings.Sampling,
            StopIds = stops,
            StopStrings = settings.StopStrings,
        };
        return new Prompt(line.IdentifierOrNull("id") ?? line.Line.ToString(System.Globalization.CultureInfo.InvariantCulture), request);
    }

    private static int[] Ids(JsonLine line, string form, TextModel model, GenerationSettings settings)
    {
        int[] ids;
        try
        {
            ids = form switch
            {
                "prompt" => model.Encode(line.Text("prompt"), settings.AddSpecialTokens),
                "messages" => model.Encode(line.Messages("messages")),
                _ => line.TokenIds("prompt_ids"),
            };
        }
        catch (TextTooLongException e)
        {
            throw line.Error($"'{form}' has at least {e.AtLeast} tokens, and the model's context {model.Decoder.ContextLength}; shorten it, or leave the line out");
        }
        catch (InputException e) when (form == "messages" && !e.Message.Contains($":{line.Line}:", StringComparison.Ordinal))
        {
            throw line.Error(e.Message);
        }
        if (ids.Length == 0)
            throw line.Error($"'{form}' is empty, expected at least one token, which the first new one follows");
        if (ids.Length >= model.Decoder.ContextLength)
            throw line.Error($"'{form}' has {ids.Length} tokens, and the model's context {model.Decoder.ContextLength}; shorten it, or leave the line out");
        if (Array.Find(ids, id => id >= model.Decoder.VocabularySize) is > 0 and int id)
            throw line.Error($"token id {id} is outside the model's vocabulary of {model.Decoder.VocabularySize}");
        return ids;
    }
}
