using TraceFast.Data;
using TraceFast.Models.Lora;
using TraceFast.Models;

namespace TraceFast.Inference.Export;

/// <summary>The model that is exported as the trainer computes it: in float32, its adapter in force.</summary>
internal sealed class Trainer : IDisposable
{
    private readonly LoraAdapter? _adapter;

    private Trainer(Decoder decoder, LoraAdapter? adapter)
    {
        Decoder = decoder;
        _adapter = adapter;
    }

    public Decoder Decoder { get; }

    /// <param name="modelFolder">config.json and safetensors.</param>
    /// <param name="adapterFolder">A PEFT adapter; null: none.</param>
    /// <exception cref="Data.InputException">Bad model or adapter.</exception>
    public static Trainer Load(string modelFolder, string? adapterFolder)
    {
        Decoder decoder = Decoder.Load(modelFolder, new DecoderOptions());
        try
        {
            LoraAdapter? adapter = adapterFolder == null ? null : LoraAdapter.Load(adapterFolder, decoder);
            if (adapter != null)
                decoder.Attach(adapter);
            return new Trainer(decoder, adapter);
        }
        catch
        {
            decoder.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _adapter?.Dispose();
        Decoder.Dispose();
    }
}
