using TraceFast.Inference.Decoding;
using TraceFast.Inference.Decoding.Onnx;
using TraceFast.Inference.Sessions;
using TraceFast.Models.Config;
using TraceFast.Tokenization;
using TraceFast.Tokenization.Chat;

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
    /// <param name="cancellation">Ends it; results that are not complete are lost.</param>
    IEnumerable<DecodeResult> Generate(IReadOnlyList<DecodeRequest> requests, DecodeOptions options, CancellationToken cancellation);
}

/// <summary>An exported model with its tokenizer and chat format: conversations in, texts out.</summary>
public sealed class TextModel : ITextGenerator
{
    private readonly Lazy<ChatFormat> _chat;
    private readonly Lazy<IReadOnlySet<int>> _chatStopIds;

    private TextModel(OnnxDecoder decoder, Tokenizer? tokenizer, string? template, ChatSettings? settings)
    {
        Decoder = decoder;
        Tokenizer = tokenizer;
        _chat = new Lazy<ChatFormat>(
            () => template is null ? ChatFormat.FromModel(decoder.Folder, Text, DateTime.Now, settings)
                : ChatFormat.ForTemplate(template, Text, decoder.Folder, settings));
        StopIds = decoder.EosTokenIds.ToHashSet();
        _chatStopIds = new Lazy<IReadOnlySet<int>>(() => StopIds.Union(Chat.StopTokenIds).ToHashSet());
    }

    public OnnxDecoder Decoder { get; }

    /// <summary>Null where the folder has none: then prompts are ids, and texts are not given.</summary>
    public Tokenizer? Tokenizer { get; }

    public int ContextLength => Decoder.ContextLength;

    /// <summary>The model's own generation settings; null where the folder has none.</summary>
    /// <exception cref="InputException">The file is damaged, or has a value out of range.</exception>
    public GenerationConfig? GenerationConfig => GenerationConfig.Read(Decoder.Folder, Decoder.VocabularySize);

    public IReadOnlySet<int> StopIds { get; }

    /// <summary>Ids that end an answer in a conversation: those, and what the chat format ends an answer with.</summary>
    /// <exception cref="InputException">See <see cref="Chat"/>.</exception>
    public IReadOnlySet<int> ChatStopIds => _chatStopIds.Value;

    /// <summary>How conversations become ids.</summary>
    /// <exception cref="InputException">No tokenizer, no template, or a wrong one.</exception>
    public ChatFormat Chat => _chat.Value;

    /// <summary>Error message without a tokenizer.</summary>
    internal string NoTokenizer => $"{Decoder.Folder} has neither {string.Join(" nor ", Tokenization.Tokenizer.FileNames)}";

    private Tokenizer Text => Tokenizer ?? throw new InputException($"{NoTokenizer}; give prompts as \"prompt_ids\"");

    /// <param name="folder">Of an exported model; see <see cref="ExportCache"/> for others.</param>
    /// <param name="template">A LLaMA-Factory template name; null: the model's own chat template.</param>
    /// <exception cref="InputException">A file is absent or damaged.</exception>
    /// <exception cref="MissingProviderException">The device's provider is not there.</exception>
    /// <param name="chat">Of conversations; null: those of a format that nothing was said about.</param>
    public static TextModel Open(string folder, SessionSettings settings, string? template = null, ChatSettings? chat = null)
    {
        Tokenizer? tokenizer = Tokenizer.IsIn(folder) ? Tokenizer.Load(folder) : null;
        return new TextModel(OnnxDecoder.Open(folder, settings), tokenizer, template, chat);
    }

    /// <summary>The ids of a text as it is.</summary>
    /// <exception cref="InputException">No tokenizer, or no valid Unicode.</exception>
    public int[] Encode(string prompt, bool addSpecialTokens) => Text.Encode(prompt, addSpecialTokens, atMost: Decoder.ContextLength);

    /// <summary>The ids of a conversation that ends with the user's message, up to the answer.</summary>
    /// <exception cref="InputException">A conversation that the format cannot express.</exception>
    /// <param name="variables">What the chat template gets besides; null: nothing.</param>
    public int[] Encode(IReadOnlyList<Message> messages, TemplateVariables? variables = null) =>
        Chat.EncodePrompt(messages, Decoder.ContextLength, variables);

    /// <summary>The text of new tokens, without special ones; empty where there is no tokenizer.</summary>
    public string Decode(ReadOnlySpan<int> ids) => Tokenizer?.Decode(ids, skipSpecial: true) ?? "";

    /// <summary>Decodes requests together.</summary>
    /// <param name="all">
    /// Prompts that determine the common prefix; null: those of the requests. A resumed run passes all that it started with, so that it
    /// computes the rest as it would have without the interruption.
    /// </param>
    public IEnumerable<DecodeResult> Generate(
        IReadOnlyList<DecodeRequest> requests, DecodeOptions options, IEnumerable<int[]>? all = null,
        CancellationToken cancellation = default) =>
        Generate(requests, options, new DecodeStatistics(), all, cancellation);

    IEnumerable<DecodeResult> ITextGenerator.Generate(
        IReadOnlyList<DecodeRequest> requests, DecodeOptions options, CancellationToken cancellation) =>
        Generate(requests, options, cancellation: cancellation);

    /// <param name="all">Prompts that determine the common prefix; null: those of the requests.</param>
    public IEnumerable<DecodeResult> Generate(
        IReadOnlyList<DecodeRequest> requests, DecodeOptions options, DecodeStatistics statistics, IEnumerable<int[]>? all,
        CancellationToken cancellation)
    {
        if (requests.Count == 0)
            yield break;
        int[] prefix = BatchDecoder.CommonPrefix(all ?? requests.Select(r => r.Prompt));
        int longest = requests.Max(r => (int)Math.Min(Decoder.ContextLength, (long)r.Prompt.Length + r.MaxNewTokens));
        DecodeOptions used = options with { Batch = Math.Min(options.Batch, requests.Count) };
        using OnnxDecodeEngine engine = new(Decoder, used.Batch + (prefix.Length > 0 ? 1 : 0), Math.Max(longest, prefix.Length + 1));
        BatchDecoder decoder = new(engine, Decode, used, statistics, prefix);
        foreach (DecodeResult result in decoder.Run(requests, cancellation))
            yield return result;
    }

    public void Dispose() => Decoder.Dispose();
}
