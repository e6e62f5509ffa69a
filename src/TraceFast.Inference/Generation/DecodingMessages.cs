using System.Text.Json;
using System.Text.Json.Serialization;
using TraceFast.Inference.Decoding;
using TraceFast.Inference.Sessions;

namespace TraceFast.Inference.Generation;

/// <summary>
/// What a <see cref="DecodingProcess"/> and its <see cref="DecodingWorker"/> send each other: one JSON object a line, and an answer to
/// each request before the next one.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "message")]
[JsonDerivedType(typeof(OpenModel), "open")]
[JsonDerivedType(typeof(ModelOpened), "opened")]
[JsonDerivedType(typeof(DecodePrompts), "decode")]
[JsonDerivedType(typeof(PromptDecoded), "decoded")]
[JsonDerivedType(typeof(PromptsDone), "done")]
[JsonDerivedType(typeof(CloseModel), "close")]
[JsonDerivedType(typeof(ModelClosed), "closed")]
[JsonDerivedType(typeof(RequestFailed), "failed")]
internal abstract record DecodingMessage
{
    private static readonly JsonSerializerOptions s_json = new() { Converters = { new IdSetConverter() } };

    public string ToLine() => JsonSerializer.Serialize(this, s_json);

    /// <exception cref="JsonException">It is no message.</exception>
    public static DecodingMessage FromLine(string line) =>
        JsonSerializer.Deserialize<DecodingMessage>(line, s_json) ?? throw new JsonException("found null, expected a message");

    /// <summary>The serializer cannot create this interface.</summary>
    private sealed class IdSetConverter : JsonConverter<IReadOnlySet<int>>
    {
        public override IReadOnlySet<int> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            JsonSerializer.Deserialize<HashSet<int>>(ref reader, options) ?? [];

        public override void Write(Utf8JsonWriter writer, IReadOnlySet<int> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.ToArray(), options);
    }
}

/// <summary>Opens the exported model of a folder, in place of one that is open. Answer: <see cref="ModelOpened"/>.</summary>
internal sealed record OpenModel(string Folder, SessionSettings Settings) : DecodingMessage;

internal sealed record ModelOpened(int ContextLength, int[] StopIds) : DecodingMessage;

/// <summary>Answer: a <see cref="PromptDecoded"/> for each prompt, as they end, then <see cref="PromptsDone"/>.</summary>
internal sealed record DecodePrompts(DecodeRequest[] Requests, int Batch, int ChunkLength, Batching Batching, int Threads)
    : DecodingMessage;

/// <param name="Request">The place in <see cref="DecodePrompts.Requests"/>.</param>
internal sealed record PromptDecoded(int Request, int[] Ids, string Text, FinishReason FinishReason) : DecodingMessage;

internal sealed record PromptsDone : DecodingMessage;

/// <summary>Gives back the memory of the model that is open, if one is. Answer: <see cref="ModelClosed"/>.</summary>
internal sealed record CloseModel : DecodingMessage;

internal sealed record ModelClosed : DecodingMessage;

/// <summary>An answer to any request.</summary>
internal sealed record RequestFailed(FailureKind Kind, string Reason) : DecodingMessage;

internal enum FailureKind
{
    /// <summary>An <see cref="InputException"/>: the model or a prompt is not as it should be.</summary>
    Input,

    /// <summary>A <see cref="MissingProviderException"/>.</summary>
    MissingProvider,

    /// <summary>Anything else.</summary>
    Other,
}
