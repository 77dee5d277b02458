import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { bundleFunction, type FunctionName } from '../package/bundle-function.ts';

const SOURCES = fileURLToPath(new URL('../lambdas', import.meta.url));

/**
 * Returns the code of a deployed function, which is bundled at synthesis. A stack that is not synthesized for a
 * deployment is not bundled. The npm package has package/packaged-function-code.ts in place of this file.
 */
export function functionCode(name: FunctionName): Code {
  return Code.fromAsset(SOURCES, {
    // The hash of the bundle, not of the sources: it is that of the package as well.
    assetHashType: AssetHashType.OUTPUT,
    bundling: {
      // The CDK uses neither, but it asks for an image, and bundles the same sources again only for another command.
      image: DockerImage.fromRegistry('scratch'),
      command: [name],
      local: {
        tryBundle(folder) {
          bundleFunction(name, folder);
          return true;
        },
      },
    },
  });
}
