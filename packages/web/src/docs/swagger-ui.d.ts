/** As much of Swagger UI as `/docs` uses: its bundle comes without types. */
declare module 'swagger-ui-dist/swagger-ui-es-bundle.js' {
  interface Options {
    readonly dom_id: string;
    readonly url: string;
    readonly deepLinking: boolean;
    readonly docExpansion: 'list' | 'full' | 'none';
    readonly defaultModelsExpandDepth: number;
    readonly persistAuthorization: boolean;
    readonly validatorUrl: null;
  }
  interface Operations {
    /** Uses this token for a way to sign in of the description. */
    preauthorizeApiKey(scheme: string, token: string): void;
  }
  export default function SwaggerUI(options: Options): Operations;
}
