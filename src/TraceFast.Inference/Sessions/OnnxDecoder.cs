using System.Text.Json;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using TraceFast.Data.Json;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Graph;

namespace TraceFast.Inference.Sessions;

/// <summary>
/// An exported decoder, open in ONNX Runtime. Inputs and outputs are named in <see cref="GraphIo"/>. Keys and values of a layer are one
/// tensor each, [batch, key-value heads, positions, head size]; bound as past and as present with the same memory, a run writes the new
/// positions in place, each row's from where its own tokens end (the ones of its attention mask less the new ones).
/// </summary>
public sealed class OnnxDecoder : IDisposable
{
    private readonly string _modelPath;

    private OnnxDecoder(string folder, string modelPath, SessionSettings settings, InferenceSession session)
    {
        Folder = folder;
        _modelPath = modelPath;
        Settings = settings;
        Session = session;
        NodeMetadata key = Required(session.InputMetadata, GraphIo.PastKey(0));
        NodeMetadata logits = Required(session.OutputMetadata, GraphIo.Logits);
        Required(session.InputMetadata, GraphIo.InputIds);
        Required(session.InputMetadata, GraphIo.AttentionMask);
        if (key.Dimensions.Length != 4 || logits.Dimensions.Length != 3)
            throw new OnnxModelException(
                modelPath,
                $"{GraphIo.PastKey(0)} has {key.Dimensions.Length} dimensions and {GraphIo.Logits} {logits.Dimensions.Length}, expected 4 "
                    + "and 3");
        (KeyValueHeadCount, HeadSize) = (key.Dimensions[1], key.Dimensions[3]);
        VocabularySize = logits.Dimensions[2];
        ElementType = logits.ElementDataType;
        KeyValueType = key.ElementDataType;
        while (session.InputMetadata.ContainsKey(GraphIo.PastKey(LayerCount)))
            LayerCount++;
        SelectsPositions = session.InputMetadata.ContainsKey(GraphIo.LogitPositions);
        (ContextLength, BosTokenId, EosTokenIds, PadTokenId) = ReadConfig(Path.Combine(folder, GenAiConfig.FileName), VocabularySize);
    }

    public string Folder { get; }

    public SessionSettings Settings { get; }

    public InferenceSession Session { get; }

    public int LayerCount { get; }

    public int KeyValueHeadCount { get; }

    /// <summary>Channels of a head in the cache, zeros that pad it included.</summary>
    public int HeadSize { get; }

    public int VocabularySize { get; }

    /// <summary>Of logits.</summary>
    public TensorElementType ElementType { get; }

    /// <summary>Of keys and values.</summary>
    public TensorElementType KeyValueType { get; }

    /// <summary>True: the graph has the input logit_positions, and logits of those positions alone.</summary>
    public bool SelectsPositions { get; }

    /// <summary>The most tokens that a row may have.</summary>
    public int ContextLength { get; }

    public int? BosTokenId { get; }

    /// <summary>Tokens that end a text.</summary>
    public IReadOnlyList<int> EosTokenIds { get; }

    public int? PadTokenId { get; }

    /// <summary>Names of the inputs that hold an adapter, with their defaults in the graph; empty where there are none.</summary>
    public IReadOnlyList<string> AdapterInputs => [.. Session.OverridableInitializerMetadata.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Opens the model of an exported folder.</summary>
    /// <exception cref="OnnxModelException">A file missing or damaged, or no decoder of this layout.</exception>
    /// <exception cref="MissingProviderException">The device's provider is not there.</exception>
    public static OnnxDecoder Open(string folder, SessionSettings? settings = null)
    {
        settings ??= new SessionSettings();
        IReadOnlyList<string> files = ExportedModel.Files(folder);
        string path = Path.Combine(folder, files[0]);
        if (!File.Exists(path))
            throw new OnnxModelException(folder, $"{files[0]} is missing; expected a folder that export wrote");
        using SessionOptions options = Options(settings);
        InferenceSession session;
        try
        {
            session = new InferenceSession(path, options);
        }
        catch (OnnxRuntimeException e)
        {
            throw new OnnxModelException(
                path, $"ONNX Runtime cannot open it: {e.Message.ReplaceLineEndings(" ")}; export the model again", e);
        }

        try
        {
            return new OnnxDecoder(folder, path, settings, session);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    public void Dispose() => Session.Dispose();

    private static SessionOptions Options(SessionSettings settings)
    {
        SessionOptions options = new()
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL,
        };
        if (settings.Threads is int threads)
            options.IntraOpNumThreads = threads;
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", settings.Spinning ? "1" : "0");
        if (settings.Device == InferenceDevice.Cpu)
            return options;
        try
        {
            CudaProvider.Append(options, settings.DeviceIndex);
            return options;
        }
        catch
        {
            options.Dispose();
            throw;
        }
    }

    private NodeMetadata Required(IReadOnlyDictionary<string, NodeMetadata> metadata, string name) =>
        metadata.TryGetValue(name, out NodeMetadata? found) ? found
            : throw new OnnxModelException(
                _modelPath, $"has no {name}; expected a decoder in ONNX Runtime GenAI's layout, as export writes it");

    private static (int ContextLength, int? Bos, IReadOnlyList<int> Eos, int? Pad) ReadConfig(string file, int vocabulary)
    {
        if (!File.Exists(file))
            throw new OnnxModelException(file, "the file is missing; export writes it next to the model");
        try
        {
            using JsonDocument json = JsonDocument.Parse(InputFile.ReadAllBytes(file));
            JsonElement model = json.RootElement.GetProperty("model");
            int length = model.GetProperty("context_length").GetInt32();
            return length > 0
                ? (length, Ids("bos_token_id").Cast<int?>().FirstOrDefault(), Ids("eos_token_id"),
                    Ids("pad_token_id").Cast<int?>().FirstOrDefault())
                : throw new OnnxModelException(file, $"model.context_length: found {length}, expected a number above 0");

            IReadOnlyList<int> Ids(string key)
            {
                if (!model.TryGetProperty(key, out JsonElement value))
                    return [];
                int[] ids = value.ValueKind == JsonValueKind.Array
                    ? [.. value.EnumerateArray().Select(v => v.GetInt32())] : [value.GetInt32()];
                return Array.TrueForAll(ids, id => id >= 0 && id < vocabulary) ? ids
                    : throw new OnnxModelException(file, $"model.{key}: found {value.GetRawText()}, expected token ids below {vocabulary}");
            }
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            throw new OnnxModelException(file, $"cannot be read as genai_config.json: {JsonErrors.Describe(e)}", e);
        }
    }
}
