using TraceFast.Data.Files;
using TraceFast.Data;
using TraceFast.Models.Files;
using TraceFast.Models.Layers;
using TraceFast.Models.Weights;

namespace TraceFast.Models.Lora;

/// <summary>Merges an adapter into its base model's weights: W + s B A.</summary>
public static class Merge
{
    /// <summary>
    /// Writes a model folder with the adapter merged in: safetensors in the stored element types, config, tokenizer files.
    /// </summary>
    /// <param name="modelFolder">The base model.</param>
    /// <param name="adapterFolder">The PEFT adapter.</param>
    /// <param name="outputFolder">Absent or empty; appears whole.</param>
    /// <param name="overwrite">Whether an earlier result in the output folder may be replaced.</param>
    /// <exception cref="InputException">Bad model or adapter, or an output folder that may not be written.</exception>
    public static void Run(string modelFolder, string adapterFolder, string outputFolder, bool overwrite = false)
    {
        new OutputCheck(overwrite).Reads("--model", modelFolder).Reads("--adapter", adapterFolder).Folder("--out", outputFolder);
        using Decoder decoder = Decoder.LoadAsStored(modelFolder);
        using LoraAdapter adapter = LoraAdapter.Load(adapterFolder, decoder);
        decoder.Attach(adapter);
        OutputCheck.WriteFolder(outputFolder, decoder.SaveWeights);
    }

    /// <summary>
    /// A weight as it is computed with, in its stored type. Arithmetic in float32, float64 for float64 weights.
    /// </summary>
    internal static TensorToWrite Tensor(ModuleWeight weight, LoraAdapter? adapter) =>
        new(weight.Name,
            weight.Parameter.StoredType, weight.Parameter.Value.shape, () => Values(weight, adapter, weight.Parameter.StoredType));

    /// <summary>
    /// The same in any element type, on the CPU; without <paramref name="merged"/>, whole copies count but A and B do not.
    /// </summary>
    internal static torch.Tensor Values(ModuleWeight weight, LoraAdapter? adapter, torch.ScalarType type, bool merged = true)
    {
        using IDisposable _ = torch.no_grad();
        using DisposeScope scope = torch.NewDisposeScope();
        Parameter parameter = weight.Parameter;
        torch.Tensor value = adapter?.SavedWeight(weight.Name) ?? parameter.Value;
        if (merged && adapter?.Changes(weight) == true && adapter.For(weight.Module) is LoraWeights lora)
        {
            torch.ScalarType wide = parameter.StoredType == torch.ScalarType.Float64 ? torch.ScalarType.Float64 : torch.ScalarType.Float32;
            value = value.to(wide) + torch.matmul(lora.B.to(wide), lora.A.to(wide)) * lora.Scaling;
        }

        return value.detach().to(type, torch.CPU).alias().MoveToOuterDisposeScope();
    }
}
