using TraceFast.Data.Json;
using TraceFast.Tokenization;
using TraceFast.Tokenization.Chat;

namespace TraceFast.Cli.Commands;

/// <summary>Text to token ids, plain or through a chat template.</summary>
internal static class TokenizeCommand
{
    /// <summary>Keys that are read.</summary>
    private static readonly string[] s_keys = ["messages", "add_generation_prompt", "tools", "documents", "chat_template_kwargs"];

    /// <summary>Parameters of apply_chat_template that are not supported: ignoring them would change the result.</summary>
    private static readonly string[] s_refused = ["continue_final_message", "chat_template", "functions", "conversation"];

    public static Command Create(CommandStreams streams, CancellationToken interrupt)
    {
        Option<string> folder = new("--tokenizer")
        {
            Description = "folder with tokenizer.json or tokenizer.model (and tokenizer_config.json for --chat)",
            Required = true,
        };
        Option<bool> json = new("--json") { Description = "read and write one JSON object a line: {\"text\"} in, {\"ids\"} out" };
        Option<bool> addSpecial = new("--add-special") { Description = "add the post-processor's special tokens (for example <s>)" };
        Option<bool> plainSpecial = new("--plain-special") { Description = "treat the text of special tokens as plain text" };
        Option<bool> chat = new("--chat")
        {
            Description = "{\"messages\", \"add_generation_prompt\", \"tools\", \"documents\", \"chat_template_kwargs\"} in, "
                + "{\"rendered\", \"ids\"} out, as transformers' apply_chat_template",
        };
        Option<bool> safe = new("--safe")
        {
            Description = "with --chat: ids as training with split_special_tokens makes them, where no message can contain a control token",
        };
        Option<string?> template = new("--template")
        {
            Description = "with --chat: a LLaMA-Factory template name instead of the model's own template",
        };
        Command command = new(
            "tokenize",
            "Turns text on stdin into token ids.\nExample: echo '{\"text\":\"Hello\"}' | tracefast tokenize --tokenizer models/demo --json")
        {
            folder, json, addSpecial, plainSpecial, chat, safe, template,
        };
        command.Validators.Add(result =>
        {
            if (!result.IsSet(chat) && (result.IsSet(safe) || result.GetResult(template) is not null))
                result.AddError("--safe and --template need --chat");
            if (result.IsSet(chat) && !result.IsSet(json))
                result.AddError("--chat reads and writes JSON lines: add --json");
            if (result.IsSet(chat) && (result.IsSet(addSpecial) || result.IsSet(plainSpecial)))
                result.AddError("--add-special and --plain-special cannot be combined with --chat");
        });
        command.SetAction(parsed =>
        {
            Tokenizer tokenizer = Tokenizer.Load(parsed.GetValue(folder)!);
            JsonOutput output = new(streams.Output);
            if (parsed.GetValue(chat))
            {
                ChatFormat format = parsed.GetValue(template) is { } name
                    ? ChatFormat.ForTemplate(name, tokenizer, parsed.GetValue(folder)!)
                    : ChatFormat.FromModel(parsed.GetValue(folder)!, tokenizer);
                HashSet<string> unread = [];
                foreach (JsonLine line in Lines(streams, interrupt))
                {
                    Chat(line, format, parsed.GetValue(safe), output);
                    unread.UnionWith(line.OtherKeys(s_keys));
                }
                if (unread.Count > 0)
                    streams.Log.WriteLine($"stdin: keys that are not used: {string.Join(", ", unread.Take(20))}");
                return ExitCodes.Done;
            }
            bool special = parsed.GetValue(addSpecial), plain = parsed.GetValue(plainSpecial);
            if (parsed.GetValue(json))
                foreach (JsonLine line in Lines(streams, interrupt))
                    output.Line(w => w.WriteNumbers("ids", tokenizer.Encode(line.Text("text"), special, plain)));
            else
                streams.Output.WriteLine(string.Join(' ', tokenizer.Encode(ReadAll(streams.Input), special, plain)));
            return ExitCodes.Done;
        });
        return command;
    }

    /// <summary>The input's lines, up to an interrupt.</summary>
    internal static IEnumerable<JsonLine> Lines(CommandStreams streams, CancellationToken interrupt)
    {
        foreach (JsonLine line in JsonLines.Read(streams.Input, "stdin"))
        {
            interrupt.ThrowIfCancellationRequested();
            yield return line;
        }
    }

    private static void Chat(JsonLine line, ChatFormat format, bool safe, JsonOutput output)
    {
        IReadOnlyList<Message> messages = line.Messages("messages");
        bool addGenerationPrompt = line.Flag("add_generation_prompt", absent: false);
        if (s_refused.FirstOrDefault(line.OtherKeys(s_keys).Contains) is { } refused)
            throw line.Error($"'{refused}' changes the result of apply_chat_template and is not supported; remove it");
        TemplateVariables? variables = line.Variables();
        RenderedChat chat;
        try
        {
            chat = format.Tokenize(messages, addGenerationPrompt, safe, variables);
        }
        catch (InputException e)
        {
            throw line.Error(e.Message);
        }
        output.Line(w =>
        {
            w.WriteString("rendered", chat.Rendered);
            w.WriteNumbers("ids", chat.Ids);
        });
    }

    private static string ReadAll(Stream input)
    {
        using StreamReader reader = new(input, new System.Text.UTF8Encoding(false, throwOnInvalidBytes: true));
        try
        {
            return reader.ReadToEnd();
        }
        catch (System.Text.DecoderFallbackException e)
        {
            throw new InputException("stdin: not valid UTF-8; give UTF-8 text", e);
        }
    }
}
