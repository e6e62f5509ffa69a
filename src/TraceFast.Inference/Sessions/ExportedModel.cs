using System.Text.Json;
using Google.Protobuf;
using Onnx;
using TraceFast.Inference.Export;
using TraceFast.Inference.Export.Format;
using TraceFast.Inference.Export.Graph;

namespace TraceFast.Inference.Sessions;

/// <summary>The files of an exported folder, as genai_config.json and the graph name them; all are in that folder.</summary>
internal static class ExportedModel
{
    private const string Quantized = "MatMulNBits";

    /// <summary>A graph that names its weights' files is far smaller; a larger file holds the weights itself.</summary>
    private const long LargestGraph = 512L << 20;

    /// <summary>Whether a folder holds an exported model.</summary>
    public static bool IsIn(string folder) =>
        File.Exists(Path.Combine(folder, GenAiConfig.FileName)) || File.Exists(Path.Combine(folder, OnnxFiles.Model));

    /// <summary>The names of the graph's file and of those that hold its weights.</summary>
    /// <exception cref="OnnxModelException">A name that is no file's in this folder.</exception>
    /// <exception cref="InputException">One of them is no regular file.</exception>
    public static IReadOnlyList<string> Files(string folder)
    {
        string graph = GraphFile(folder);
        string[] all = [graph, .. Weights(folder, graph)];
        foreach (string name in all)
            InputFile.RequireRegular(Path.Combine(folder, name));
        return all;
    }

    /// <summary>The precision of the weights; null where the graph does not say.</summary>
    /// <exception cref="OnnxModelException">The graph is none.</exception>
    public static ExportPrecision? Precision(string folder)
    {
        if (Graph(folder, GraphFile(folder)) is not { } graph)
            return null;
        long[] bits = [
            .. graph.Node.Where(n => n.OpType == Quantized).SelectMany(n => n.Attribute).Where(a => a.Name == "bits").Select(a => a.I)];
        if (bits.Length > 0)
            return bits.Min() switch { 4 => ExportPrecision.Int4, 8 => ExportPrecision.Int8, _ => null };
        int? keys = graph.Input.FirstOrDefault(i => i.Name == GraphIo.PastKey(0))?.Type?.TensorType?.ElemType;
        return keys switch
        {
            (int)TensorProto.Types.DataType.Float => ExportPrecision.Float32,
            (int)TensorProto.Types.DataType.Float16 => ExportPrecision.Float16,
            (int)TensorProto.Types.DataType.Bfloat16 => ExportPrecision.BFloat16,
            _ => null,
        };
    }

    /// <summary>model.decoder.filename of genai_config.json.</summary>
    private static string GraphFile(string folder)
    {
        string file = Path.Combine(folder, GenAiConfig.FileName);
        if (!File.Exists(file))
            return OnnxFiles.Model;
        try
        {
            using JsonDocument json = JsonDocument.Parse(InputFile.ReadAllBytes(file));
            if (!json.RootElement.GetProperty("model").TryGetProperty("decoder", out JsonElement decoder)
                || !decoder.TryGetProperty("filename", out JsonElement name))
                return OnnxFiles.Model;
            return name.ValueKind == JsonValueKind.String && IsName(name.GetString()!) ? name.GetString()!
                : throw new OnnxModelException(
                    file, $"model.decoder.filename: found {name.GetRawText()}, expected the name of a file in the same folder");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or IOException
            or UnauthorizedAccessException)
        {
            throw new OnnxModelException(file, $"cannot be read as {GenAiConfig.FileName}: {e.Message}", e);
        }
    }

    private static string[] Weights(string folder, string graphFile)
    {
        IEnumerable<TensorProto> tensors = Graph(folder, graphFile)?.Initializer ?? Enumerable.Empty<TensorProto>();
        string[] names = [.. tensors.SelectMany(t => t.ExternalData).Where(d => d.Key == "location").Select(d => d.Value).Distinct()];
        return Array.Find(names, name => !IsName(name)) is { } bad
            ? throw new OnnxModelException(
                Path.Combine(folder, graphFile), $"keeps weights in '{bad}', expected the name of a file in the same folder")
            : names;
    }

    /// <summary>Null where there is no such file, or it is too large to be a graph alone.</summary>
    private static GraphProto? Graph(string folder, string name)
    {
        string path = Path.Combine(folder, name);
        InputFile.RequireRegular(path);
        if (new FileInfo(path) is not { Exists: true, Length: < LargestGraph })
            return null;
        try
        {
            using FileStream stream = File.OpenRead(path);
            return ModelProto.Parser.ParseFrom(stream).Graph;
        }
        catch (Exception e) when (e is InvalidProtocolBufferException or IOException or UnauthorizedAccessException)
        {
            throw new OnnxModelException(path, $"cannot be read as an ONNX model ({e.Message}); export the model again", e);
        }
    }

    private static bool IsName(string name) => name.Length > 0 && name is not ("." or "..") && Path.GetFileName(name) == name;
}
