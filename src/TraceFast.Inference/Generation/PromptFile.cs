using TraceFast.Inference.Decoding;
using TraceFast.Tokenization;

namespace TraceFast.Inference.Generation;

/// <summary>A line of the data as it is decoded.</summary>
/// <param name="Id">The line's "id" as JSON (a text or a whole number); its line number where it has none.</param>
public sealed record Prompt(string Id, DecodeRequest Request);

/// <summary>
/// The prompts of a file, one JSON object a line: "prompt" (text as the model reads it), "messages" (a conversation, through the chat
/// template) or "prompt_ids"; optionally "id" (a text or a whole number) and "seed", and with "messages" what else the chat template
/// gets ("tools", "documents", "chat_template_kwargs"). All lines are read before the first is decoded, so that an error in the last one
/// costs nothing.
/// </summary>
public static class PromptFile
{
    private static readonly string[] s_forms = ["prompt", "messages", "prompt_ids"];

    /// <summary>A line's variables of the chat template besides its messages.</summary>
    private static readonly string[] s_templateForms = ["tools", "documents", "chat_template_kwargs"];

    /// <summary>What others read of such lines and would change the prompt.</summary>
    private static readonly string[] s_refused = ["functions", "continue_final_message"];

    /// <exception cref="InputException">At the first line that is not as it should be, with file and line.</exception>
    public static IReadOnlyList<Prompt> Read(string path, TextModel model, GenerationSettings settings)
    {
        settings.Sampling.Validate();
        if (settings.StopStrings.Count > 0 && model.Tokenizer is null)
            throw new InputException($"{model.NoTokenizer}, without which stop strings cannot be found");
        List<Prompt> prompts = [];
        Dictionary<string, int> lines = new(StringComparer.Ordinal);
        foreach (JsonLine line in JsonLines.Read(path))
        {
            Prompt prompt = Read(line, prompts.Count, model, settings);
            if (!lines.TryAdd(prompt.Id, line.Line))
                throw line.Error(
                    $"'id' {prompt.Id} is on line {lines[prompt.Id]} too; expected one for each line (a line without "
                        + "one takes its line number)");
            prompts.Add(prompt);
        }
        return prompts;
    }

    private static Prompt Read(JsonLine line, int index, TextModel model, GenerationSettings settings)
    {
        string[] found = [.. s_forms.Where(line.Has)];
        if (found.Length != 1)
            throw line.Error(
                $"found {(found.Length == 0 ? "none" : string.Join(" and ", found))} of 'prompt', 'messages' and 'prompt_ids', "
                    + "expected one of them");
        if (found[0] != "messages" && s_templateForms.FirstOrDefault(line.OtherKeys([]).Contains) is { } unused)
            throw line.Error(
                $"'{unused}' goes to the chat template, and '{found[0]}' is read without one; give the conversation as "
                    + "'messages', or take it out");
        if (s_refused.FirstOrDefault(line.OtherKeys([]).Contains) is { } refused)
            throw line.Error($"'{refused}' changes the prompt and is not supported; remove it");
        IReadOnlySet<int> stops = settings.IgnoreStopIds ? new HashSet<int>() : found[0] == "messages" ? model.ChatStopIds : model.StopIds;
        int[] ids = Ids(line, found[0], model, settings);
        DecodeRequest request = new(ids, settings.MaxNewTokens)
        {
            Index = index,
            Sampling = line.Has("seed") ? settings.Sampling with { Seed = Seed(line) } : settings.Sampling,
            StopIds = stops,
            StopStrings = settings.StopStrings,
        };
        return new Prompt(line.IdentifierOrNull("id") ?? line.Line.ToString(System.Globalization.CultureInfo.InvariantCulture), request);
    }

    private static ulong Seed(JsonLine line) =>
        line.Integer("seed") is >= 0 and int seed
            ? (ulong)seed : throw line.Error($"'seed' is {line.Integer("seed")}, expected a whole number from 0");

    private static int[] Ids(JsonLine line, string form, TextModel model, GenerationSettings settings)
    {
        int[] ids;
        switch (form)
        {
            case "prompt":
                string text = line.Text(form);
                ids = Encode(line, form, model, () => model.Encode(text, settings.AddSpecialTokens));
                break;
            case "messages":
                IReadOnlyList<Message> messages = line.Messages(form);
                TemplateVariables? variables = line.Variables();
                ids = Encode(line, form, model, () => model.Encode(messages, variables));
                break;
            default:
                ids = line.TokenIds(form);
                break;
        }
        if (ids.Length == 0)
            throw line.Error($"'{form}' is empty, expected at least one token, which the first new one follows");
        if (ids.Length >= model.Decoder.ContextLength)
            throw line.Error(
                $"'{form}' has {ids.Length} tokens, and the model's context {model.Decoder.ContextLength}; shorten it, or leave the "
                    + "line out");
        if (Array.Find(ids, id => id >= model.Decoder.VocabularySize) is > 0 and int id)
            throw line.Error(
                $"token id {id}{(model.Tokenizer?.IdToToken(id) is { } token ? $" ('{token}')" : "")} is outside the model's "
                    + $"vocabulary of {model.Decoder.VocabularySize}");
        return ids;
    }

    private static int[] Encode(JsonLine line, string form, TextModel model, Func<int[]> encode)
    {
        try
        {
            return encode();
        }
        catch (TextTooLongException e)
        {
            throw line.Error(
                $"'{form}' has at least {e.AtLeast} tokens, and the model's context {model.Decoder.ContextLength}; shorten it, or leave "
                    + "the line out");
        }
        catch (InputException e)
        {
            throw line.Error(e.Message);
        }
    }
}
